#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

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

  BpeCharacters(const Vocabulary& vocabulary, std::string_view prefix, std::string_view suffix);

  /// The token of a character, or kNone. @param place kContinues and kEnds added up.
  [[nodiscard]] std::uint32_t find(char32_t code, unsigned place) const {
    if (code < kAscii) {
      return ascii_[place][code];
    }
    const auto found = others_.find(key(code, place));
    return found == others_.end() ? kNone : found->second;
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
    for (const auto& entry : others_) {
      visit(entry.second);
    }
  }

  /// The token <0x..> of a byte, or kNone.
  [[nodiscard]] std::uint32_t find_byte(unsigned char byte) const noexcept { return bytes_[byte]; }

 private:
  static constexpr std::size_t kAscii = 128;
  static constexpr unsigned kPlaces = 4;

  [[nodiscard]] static std::uint32_t key(char32_t code, unsigned place) noexcept {
    return code * kPlaces + place;
  }

  std::array<std::array<std::uint32_t, kAscii>, kPlaces> ascii_;
  std::unordered_map<std::uint32_t, std::uint32_t> others_;
  std::array<std::uint32_t, 256> bytes_;
};

}  // namespace onnxformers::tokenizers
