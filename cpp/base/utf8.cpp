#include "base/utf8.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/utf8_validator.h"

namespace onnxformers::utf8 {

namespace {

constexpr Decoded kMalformed{.code = kReplacement, .length = 1};
constexpr std::uint64_t kHighBits = 0x8080808080808080;
/// By length: the smallest code point that needs so many bytes.
constexpr std::array<char32_t, 5> kSmallest = {0, 0, 0x80, 0x800, 0x10000};

bool is_surrogate(char32_t code) { return code >= 0xD800 && code <= 0xDFFF; }

/// How much of an ill-formed sequence could have begun a well-formed one; at least one byte.
std::size_t broken_length(std::string_view bytes, std::size_t begin) {
  const auto lead = static_cast<unsigned char>(bytes[begin]);
  if (lead < 0xC2 || lead > 0xF4 || begin + 1 == bytes.size()) {
    return 1;
  }
  // Some leads rule out overlong forms, surrogates and what is past U+10FFFF in the second byte.
  const auto second = static_cast<unsigned char>(bytes[begin + 1]);
  const bool is_ruled_out = (lead == 0xE0 && second < 0xA0) || (lead == 0xED && second > 0x9F) ||
                            (lead == 0xF0 && second < 0x90) || (lead == 0xF4 && second > 0x8F);
  if ((second & 0xC0U) != 0x80 || is_ruled_out) {
    return 1;
  }
  const auto length = static_cast<std::size_t>(std::countl_one(lead));
  std::size_t end = begin + 2;
  while (end < bytes.size() && end < begin + length && is_continuation(bytes[end])) {
    ++end;
  }
  return end - begin;
}

}  // namespace

std::size_t skip_ascii(std::string_view text, std::size_t position) noexcept {
  while (text.size() - position >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + position, sizeof word);
    if (const std::uint64_t high = word & kHighBits; high != 0) {
      if constexpr (std::endian::native == std::endian::little) {
        return position + (static_cast<std::size_t>(std::countr_zero(high)) / 8);
      }
      break;
    }
    position += sizeof word;
  }
  while (position < text.size() && static_cast<unsigned char>(text[position]) < 0x80) {
    ++position;
  }
  return position;
}

Decoded decode_multibyte(std::string_view text, std::size_t position) noexcept {
  const auto lead = static_cast<unsigned char>(text[position]);
  if (lead < 0xC2 || lead > 0xF4) {
    return kMalformed;
  }
  // As many as the lead has leading ones.
  const auto length = static_cast<std::uint8_t>(std::countl_one(lead));
  if (text.size() - position < length) {
    return kMalformed;
  }
  char32_t code = lead & (0x7FU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[position + i]);
    if ((next & 0xC0U) != 0x80) {
      return kMalformed;
    }
    code = code << 6U | (next & 0x3FU);
  }
  // Smaller values have a shorter form, which is the only one allowed.
  if (code < kSmallest[length] || is_surrogate(code) || code > 0x10FFFF) {
    return kMalformed;
  }
  return {.code = code, .length = length};
}

void append(std::string& out, char32_t code) {
  if (is_surrogate(code) || code > 0x10FFFF) {
    code = kReplacement;
  }
  if (code < 0x80) {
    out.push_back(static_cast<char>(code));
    return;
  }
  std::size_t length = 4;
  while (code < kSmallest[length]) {
    --length;
  }
  std::array<char, 4> bytes{};
  for (std::size_t i = length - 1; i > 0; --i) {
    bytes[i] = static_cast<char>(0x80U | (code & 0x3FU));
    code >>= 6U;
  }
  // As many leading ones as bytes.
  bytes[0] = static_cast<char>((0xF00U >> length) | code);
  out.append(bytes.data(), length);
}

void append_lossy(std::string& out, std::string_view bytes) {
  out.reserve(out.size() + bytes.size());
  for (std::size_t i = 0; i < bytes.size();) {
    const std::size_t ascii = skip_ascii(bytes, i);
    out.append(bytes, i, ascii - i);
    i = ascii;
    if (i == bytes.size()) {
      break;
    }
    const std::uint8_t length = decode_multibyte(bytes, i).length;
    if (length > 1) {
      out.append(bytes, i, length);
      i += length;
    } else {
      append(out, kReplacement);
      i += broken_length(bytes, i);
    }
  }
}

std::size_t incomplete_tail(std::string_view bytes) noexcept {
  for (std::size_t length = 1; length <= std::min<std::size_t>(3, bytes.size()); ++length) {
    const std::size_t begin = bytes.size() - length;
    const auto lead = static_cast<unsigned char>(bytes[begin]);
    if ((lead & 0xC0U) == 0x80) {
      continue;
    }
    const bool is_lead = lead >= 0xC2 && lead <= 0xF4;
    const auto whole = static_cast<std::size_t>(std::countl_one(lead));
    return is_lead && length < whole && broken_length(bytes, begin) == length ? length : 0;
  }
  return 0;
}

bool is_valid(std::string_view text) noexcept {
#if defined(__SSSE3__)
  constexpr std::size_t kBlock = Validator::kBlock;
  Validator validator;
  std::size_t position = 0;
  for (; text.size() - position >= kBlock; position += kBlock) {
    validator.add(text.data() + position);
  }
  // The zeros behind the text end what it leaves open.
  std::array<char, kBlock> last{};
  std::ranges::copy(text.substr(position), last.begin());
  validator.add(last.data());
  return !validator.has_fault();
#else
  std::size_t position = 0;
  while ((position = skip_ascii(text, position)) < text.size()) {
    const std::uint8_t length = decode_multibyte(text, position).length;
    if (length == 1) {
      return false;
    }
    position += length;
  }
  return true;
#endif
}

std::size_t count(std::string_view text) noexcept {
  // Every code point has one byte that is no continuation byte (10xxxxxx; as signed: below -64).
  std::size_t continuations = 0;
  std::size_t i = 0;
  for (; text.size() - i >= sizeof(std::uint64_t); i += sizeof(std::uint64_t)) {
    std::uint64_t bytes = 0;
    std::memcpy(&bytes, text.data() + i, sizeof(bytes));
    continuations += static_cast<std::size_t>(std::popcount(bytes & ~(bytes << 1U) & kHighBits));
  }
  for (; i < text.size(); ++i) {
    continuations += static_cast<signed char>(text[i]) < -64 ? 1 : 0;
  }
  return text.size() - continuations;
}

}  // namespace onnxformers::utf8
