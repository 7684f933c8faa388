#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace onnxformers::tokenizers {

/// Character of each byte, and byte of each character (-1: of none).
inline constexpr std::array<char32_t, 256> kByteCharacters = [] {
  constexpr auto stands_for_itself = [](unsigned byte) {
    return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte != 0xAD);
  };
  std::array<char32_t, 256> characters{};
  char32_t moved = 0x100;
  for (unsigned byte = 0; byte < 256; ++byte) {
    characters[byte] = stands_for_itself(byte) ? byte : moved++;
  }
  return characters;
}();
inline constexpr std::array<std::int16_t, 0x144> kCharacterBytes = [] {
  std::array<std::int16_t, 0x144> bytes{};
  bytes.fill(-1);
  for (unsigned byte = 0; byte < 256; ++byte) {
    bytes[kByteCharacters[byte]] = static_cast<std::int16_t>(byte);
  }
  return bytes;
}();

/// The 256 printable characters that stand for bytes in byte-level vocabularies: those of Latin-1
/// that can be seen stand for themselves, the others for U+0100 and on, in order.
///
/// Source: bytes_to_unicode() of GPT-2 (Radford et al. 2019).
class ByteAlphabet {
 public:
  static constexpr int kNoByte = -1;

  [[nodiscard]] static constexpr char32_t character(unsigned char byte) noexcept {
    return kByteCharacters[byte];
  }

  /// The byte that a character stands for, or kNoByte.
  [[nodiscard]] static constexpr int byte(char32_t character) noexcept {
    return character < kCharacterBytes.size() ? kCharacterBytes[character] : kNoByte;
  }

  /// Appends the characters of some bytes as UTF-8.
  static void append(std::string& out, std::string_view bytes) {
    for (const char c : bytes) {
      const char32_t code = character(static_cast<unsigned char>(c));
      if (code < 0x80) {
        out.push_back(static_cast<char>(code));
      } else {
        // All are below U+0800.
        out.push_back(static_cast<char>(0xC0U | code >> 6U));
        out.push_back(static_cast<char>(0x80U | (code & 0x3FU)));
      }
    }
  }

  /// Appends the bytes that a token stands for. False where a character stands for none; some bytes
  /// may have been appended then.
  [[nodiscard]] static bool append_bytes(std::string& out, std::string_view token);
};

}  // namespace onnxformers::tokenizers
