#include "base/base64.h"

#include <array>
#include <cstdint>

namespace onnxformers::base64 {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNone = 0xFF;

constexpr std::array<std::uint8_t, 256> kValues = [] {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNone);
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  return values;
}();

std::uint8_t value(char c) { return kValues[static_cast<unsigned char>(c)]; }

/// Two or three characters before padding; false for bits left over.
bool decode_rest(std::string_view rest, std::string& out) {
  std::uint32_t bits = 0;
  for (const char c : rest) {
    if (value(c) == kNone) {
      return false;
    }
    bits = bits << 6U | value(c);
  }
  const unsigned unused = rest.size() == 2 ? 4 : 2;
  if ((bits & ((1U << unused) - 1)) != 0) {
    return false;
  }
  bits >>= unused;
  if (rest.size() == 3) {
    out.push_back(static_cast<char>(bits >> 8U));
  }
  out.push_back(static_cast<char>(bits));
  return true;
}

}  // namespace

std::optional<std::string> decode(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  std::string_view rest;
  if (text.ends_with('=')) {
    rest = text.substr(text.size() - 4, text.ends_with("==") ? 2 : 3);
    text.remove_suffix(4);
  }
  std::string out(text.size() / 4 * 3, '\0');
  char* to = out.data();
  unsigned seen = 0;  // of a character that stands for nothing the highest bit stays
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::uint32_t a = value(text[i]);
    const std::uint32_t b = value(text[i + 1]);
    const std::uint32_t c = value(text[i + 2]);
    const std::uint32_t d = value(text[i + 3]);
    seen |= a | b | c | d;
    const std::uint32_t bits = a << 18U | b << 12U | c << 6U | d;
    to[0] = static_cast<char>(bits >> 16U);
    to[1] = static_cast<char>(bits >> 8U);
    to[2] = static_cast<char>(bits);
    to += 3;
  }
  if ((seen & 0x80U) != 0) {
    return std::nullopt;
  }
  if (!rest.empty() && !decode_rest(rest, out)) {
    return std::nullopt;
  }
  return out;
}

}  // namespace onnxformers::base64
