#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace onnxformers::tokenizers::scanners {

/// Properties that split patterns ask for, as bits. Unicode 16, as the reference's expressions.
using CharacterClass = std::uint8_t;
inline constexpr CharacterClass kLetter = 1;    ///< \p{L}
inline constexpr CharacterClass kNumber = 2;    ///< \p{N}
inline constexpr CharacterClass kSpace = 4;     ///< \s
inline constexpr CharacterClass kLineEnd = 8;   ///< [\r\n], which are kSpace too
inline constexpr CharacterClass kUpper = 16;    ///< [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]
inline constexpr CharacterClass kLower = 32;    ///< [\p{Ll}\p{Lm}\p{Lo}\p{M}]
inline constexpr CharacterClass kMark = 64;     ///< \p{M}
inline constexpr CharacterClass kSymbol = 128;  ///< [\p{P}\p{S}]

/// One character of a text.
struct Character {
  CharacterClass bits;
  std::uint8_t length;  ///< in bytes
};

/// The classes of all characters.
class CharacterClasses {
 public:
  static const CharacterClasses& get();

  /// Of the character at a byte of well-formed UTF-8 where one begins.
  [[nodiscard]] Character at(std::string_view text, std::size_t i) const noexcept {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      return {.bits = basic_[lead], .length = 1};
    }
    return beyond_ascii(text, i, lead);
  }

  [[nodiscard]] CharacterClass of(char32_t code) const noexcept {
    return code < basic_.size() ? basic_[code] : compute(code);
  }

 private:
  CharacterClasses();

  [[nodiscard]] static CharacterClass compute(char32_t code) noexcept;

  [[nodiscard]] Character beyond_ascii(std::string_view text, std::size_t i,
                                       unsigned char lead) const noexcept {
    const auto next = [&](std::size_t k) {
      return static_cast<unsigned char>(text[i + k]) & 0x3FU;
    };
    // The bulk of the ideographs, U+5000 to U+9FFF: no need to look.
    if (lead >= 0xE5 && lead <= 0xE9) {
      return {.bits = kLetter | kUpper | kLower, .length = 3};
    }
    if (lead < 0xE0) {
      return {.bits = basic_[(lead & 0x1FU) << 6U | next(1)], .length = 2};
    }
    if (lead < 0xF0) {
      return {.bits = basic_[(lead & 0xFU) << 12U | next(1) << 6U | next(2)], .length = 3};
    }
    const char32_t code = (lead & 7U) << 18U | next(1) << 12U | next(2) << 6U | next(3);
    return {.bits = compute(code), .length = 4};
  }

  std::array<CharacterClass, 0x10000> basic_{};
};

}  // namespace onnxformers::tokenizers::scanners
