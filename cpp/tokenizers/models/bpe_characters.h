#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/table.h"
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
///
/// A table of two stages: a look-up is two reads, and blocks of 64 code points that no token has
/// share one.
class BpeCharacters {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// Where in its word a character is: prefix and suffix depend on it.
  static constexpr unsigned kContinues = 1;  ///< is not the first one
  static constexpr unsigned kEnds = 2;       ///< is the last one

  /// Empty, for visit_tables() to fill.
  BpeCharacters() = default;

  BpeCharacters(const Vocabulary& vocabulary, std::string_view prefix, std::string_view suffix);

  void visit_tables(TableArchive& archive) {
    archive(blocks_);
    archive(ids_);
    archive(place_bits_);
    archive(bytes_);
  }

  /// The token of a character, or kNone. @param place kContinues and kEnds added up.
  [[nodiscard]] std::uint32_t find(char32_t code, unsigned place) const noexcept {
    const std::size_t block = code >> kBlockBits;
    return block < blocks_.size() ? ids_[index(blocks_[block], code, place)] : kNone;
  }

  /// Calls visit(id) for every token of a character.
  template <typename Visit>
  void for_each(Visit visit) const {
    for (const std::uint32_t id : ids_) {
      if (id != kNone) {
        visit(id);
      }
    }
  }

  /// The token <0x..> of a byte, or kNone.
  [[nodiscard]] std::uint32_t find_byte(unsigned char byte) const noexcept { return bytes_[byte]; }

 private:
  static constexpr unsigned kBlockBits = 6;
  static constexpr unsigned kPlaceBits = 2;

  [[nodiscard]] std::size_t index(std::size_t block, char32_t code, unsigned place) const noexcept {
    const std::size_t of_place = block << place_bits_ | (place & ((1U << place_bits_) - 1));
    return of_place << kBlockBits | (code & ((1U << kBlockBits) - 1));
  }

  Table<std::uint16_t> blocks_;  // by the high bits of code points; 0 has no tokens
  Table<std::uint32_t> ids_;     // by block, place and low bits
  unsigned place_bits_ = 0;      // 0 where all places have the same tokens, or kPlaceBits
  std::array<std::uint32_t, 256> bytes_{};
};

}  // namespace onnxformers::tokenizers
