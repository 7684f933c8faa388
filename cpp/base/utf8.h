#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace onnxformers::utf8 {

inline constexpr char32_t kReplacement = 0xFFFD;

/// One decoded code point and the number of bytes it took (1 to 4).
struct Decoded {
  char32_t code;
  std::uint8_t length;
};

/// Whether a byte goes on with a character that began before it.
[[nodiscard]] constexpr bool is_continuation(char byte) noexcept {
  return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
}

/// Decodes at text[position], position < text.size(). A byte that starts no well-formed sequence
/// gives kReplacement and length 1: the caller always advances and never reads past the end.
[[nodiscard]] inline Decoded decode(std::string_view text, std::size_t position) noexcept;

/// The same where the text is known to be well-formed and a character begins at `position`.
[[nodiscard]] inline Decoded decode_valid(std::string_view text, std::size_t position) noexcept;

/// Appends the UTF-8 form; surrogates and values above U+10FFFF become kReplacement.
void append(std::string& out, char32_t code);

/// Appends bytes as text: U+FFFD for each longest start of a sequence that does not go on, or for a
/// byte that starts none (the "substitution of maximal subparts" of the Unicode Standard, 3.9).
void append_lossy(std::string& out, std::string_view bytes);

/// How many bytes at the end begin a sequence that further bytes could complete: 0 to 3.
[[nodiscard]] std::size_t incomplete_tail(std::string_view bytes) noexcept;

/// Whether all of text is well-formed (no surrogates, no overlong forms).
[[nodiscard]] bool is_valid(std::string_view text) noexcept;

/// Number of code points of well-formed text.
[[nodiscard]] std::size_t count(std::string_view text) noexcept;

/// First position from `position` on that is no ASCII, or the end; eight bytes at a time.
[[nodiscard]] std::size_t skip_ascii(std::string_view text, std::size_t position) noexcept;

/// Where the character before `position` begins in well-formed text; position > 0.
[[nodiscard]] inline std::size_t previous(std::string_view text, std::size_t position) noexcept;

/// decode() of a byte that is not ASCII; out of line to keep the common case small.
[[nodiscard]] Decoded decode_multibyte(std::string_view text, std::size_t position) noexcept;

inline Decoded decode(std::string_view text, std::size_t position) noexcept {
  const auto lead = static_cast<unsigned char>(text[position]);
  return lead < 0x80 ? Decoded{.code = lead, .length = 1} : decode_multibyte(text, position);
}

inline Decoded decode_valid(std::string_view text, std::size_t position) noexcept {
  const auto byte = [&](std::size_t i) -> char32_t {
    return static_cast<unsigned char>(text[position + i]);
  };
  const char32_t lead = byte(0);
  if (lead < 0x80) {
    return {.code = lead, .length = 1};
  }
  if (lead < 0xE0) {
    return {.code = (lead & 0x1FU) << 6U | (byte(1) & 0x3FU), .length = 2};
  }
  const char32_t middle = (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
  if (lead < 0xF0) {
    return {.code = (lead & 0xFU) << 12U | middle, .length = 3};
  }
  return {.code = (lead & 0x7U) << 18U | middle << 6U | (byte(3) & 0x3FU), .length = 4};
}

inline std::size_t previous(std::string_view text, std::size_t position) noexcept {
  do {
    --position;
  } while (position > 0 && is_continuation(text[position]));
  return position;
}

}  // namespace onnxformers::utf8
