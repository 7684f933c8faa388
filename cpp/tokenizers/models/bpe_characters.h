#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/table.h"
#include "tokenizers/hash.h"
#include "tokenizers/table_archive.h"
#include "tokenizers/vocabulary.h"

namespace onnxformers::tokenizers {

/// A character of a word: bytes [begin, end).
struct BpeCharacter {
  std::size_t begin;
  std::size_t end;
  char32_t code;
};

/// The tokens of single characters by code point and by place in the word, of <0x..> tokens by
/// byte. Immutable once built.
class BpeCharacters {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// Where in its word a character is: prefix and suffix depend on it.
  static constexpr unsigned kContinues = 1;  ///< is not the first one
  static constexpr unsigned kEnds = 2;       ///< is the last one

  /// Empty, for visit_tables() to fill.
  BpeCharacters() : others_(std::vector<Entry>(2)) {}

  BpeCharacters(const Vocabulary& vocabulary, std::string_view prefix, std::string_view suffix);

  void visit_tables(TableArchive& archive) {
    archive(ascii_);
    archive(others_);
    archive(shift_);
    archive(place_mask_);
    archive(bytes_);
  }

  /// The token of a character, or kNone. @param place kContinues and kEnds added up.
  [[nodiscard]] std::uint32_t find(char32_t code, unsigned place) const {
    if (code < kAscii) {
      return ascii_[place][code];
    }
    const std::uint32_t wanted = key(code, place & place_mask_);
    std::size_t slot = first_slot(wanted);
    while (others_[slot].key != wanted && others_[slot].key != 0) {
      slot = (slot + 1) & (others_.size() - 1);
    }
    return others_[slot].id;
  }

  /// Calls visit(id) for every token of a character.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const auto& ids : ascii_) {
      for (const std::uint32_t id : ids) {
        if (id != kNone) {
          visit(id);
        }
      }
    }
    for (const Entry& entry : others_) {
      if (entry.key != 0) {
        visit(entry.id);
      }
    }
  }

  /// The token <0x..> of a byte, or kNone.
  [[nodiscard]] std::uint32_t find_byte(unsigned char byte) const noexcept { return bytes_[byte]; }

 private:
  static constexpr std::size_t kAscii = 128;
  static constexpr unsigned kPlaces = 4;

  struct Entry {
    std::uint32_t key = 0;  // 0 is free: characters of ASCII are elsewhere
    std::uint32_t id = kNone;
  };

  [[nodiscard]] static std::uint32_t key(char32_t code, unsigned place) noexcept {
    return (code * kPlaces) + place;
  }
  // Code points differ in their low bits and cannot be chosen freely: no seed is needed.
  [[nodiscard]] std::size_t first_slot(std::uint32_t key) const noexcept {
    return static_cast<std::size_t>((key * kHashFactor) >> shift_);
  }
  void index_others(const std::vector<Entry>& entries);

  std::array<std::array<std::uint32_t, kAscii>, kPlaces> ascii_{};
  Table<Entry> others_;  // a power of two, never full
  unsigned shift_ = 63;
  unsigned place_mask_ = kPlaces - 1;  // 0 where all places have the same tokens
  std::array<std::uint32_t, 256> bytes_{};
};

}  // namespace onnxformers::tokenizers
