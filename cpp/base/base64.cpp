#include "base/base64.h"

#include <array>
#include <cstdint>

namespace onnxformers::base64 {

namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint32_t kNone = 0x80000000U;

/// What each character stands for at its place among four, kNone for one that stands for nothing.
constexpr std::array<std::array<std::uint32_t, 256>, 4> kValues = [] {
  std::array<std::array<std::uint32_t, 256>, 4> values{};
  for (std::size_t place = 0; place < values.size(); ++place) {
    values[place].fill(kNone);
    for (std::uint32_t i = 0; i < kAlphabet.size(); ++i) {
      values[place][static_cast<unsigned char>(kAlphabet[i])] = i << (18U - (6U * place));
    }
  }
  return values;
}();

std::uint32_t value(std::size_t place, char c) {
  return kValues[place][static_cast<unsigned char>(c)];
}

/// Two or three characters before padding; false for bits left over.
bool decode_rest(std::string_view rest, std::string& out) {
  std::uint32_t bits = 0;
  for (const char c : rest) {
    if (value(3, c) == kNone) {
      return false;
    }
    bits = bits << 6U | value(3, c);
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
  std::uint32_t seen = 0;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::uint32_t bits =
        value(0, text[i]) | value(1, text[i + 1]) | value(2, text[i + 2]) | value(3, text[i + 3]);
    seen |= bits;
    to[0] = static_cast<char>(bits >> 16U);
    to[1] = static_cast<char>(bits >> 8U);
    to[2] = static_cast<char>(bits);
    to += 3;
  }
  if ((seen & kNone) != 0) {
    return std::nullopt;
  }
  if (!rest.empty() && !decode_rest(rest, out)) {
    return std::nullopt;
  }
  return out;
}

}  // namespace onnxformers::base64
