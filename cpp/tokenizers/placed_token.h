#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/utf8.h"
#include "tokenizers/models/bpe_merges.h"

namespace onnxformers::tokenizers {

/// Bytes that merely go on with a character, as the high bit of each byte of eight.
[[nodiscard]] constexpr std::uint64_t continuations(std::uint64_t bytes) noexcept {
  constexpr std::uint64_t kHigh = 0x8080808080808080ULL;
  return bytes & ~(bytes << 1U) & kHigh;
}

/// Where characters begin among at most 64 bytes.
class CharacterStarts {
 public:
  static constexpr std::size_t kMostBytes = 64;

  explicit CharacterStarts(std::string_view bytes) noexcept {
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    std::size_t at = 0;
    for (; at + kWord <= bytes.size(); at += kWord) {
      std::uint64_t word = 0;
      std::memcpy(&word, bytes.data() + at, kWord);
      // The product brings the eight bits together.
      goes_on_ |= (continuations(word) >> 7U) * 0x0102040810204080ULL >> 56U << at;
    }
    for (; at < bytes.size(); ++at) {
      goes_on_ |= static_cast<std::uint64_t>(utf8::is_continuation(bytes[at])) << at;
    }
  }

  /// How many are before a byte; at least one byte is.
  [[nodiscard]] std::uint32_t before(std::size_t byte) const noexcept {
    return static_cast<std::uint32_t>(std::popcount(~goes_on_ << (kMostBytes - byte)));
  }
  [[nodiscard]] bool has(std::size_t byte) const noexcept { return (goes_on_ >> byte & 1U) == 0; }

 private:
  std::uint64_t goes_on_ = 0;
};

/// A token of a piece and where it stands in it, in one number: what threads keep of a piece, so
/// that offsets are additions. Tokens may begin and end within a character: they get the whole of
/// it.
class PlacedToken {
 public:
  static constexpr std::size_t kMostCharacters = CharacterStarts::kMostBytes;

  /// @param begin, end in bytes of the piece that the starts are of.
  [[nodiscard]] static std::uint32_t make(std::uint32_t id, const CharacterStarts& starts,
                                          std::size_t begin, std::size_t end) noexcept {
    return id | (starts.has(begin) ? 0 : kIsWithin) | starts.before(end) << kEndShift;
  }

  explicit constexpr PlacedToken(std::uint32_t number) noexcept : number_(number) {}

  [[nodiscard]] std::uint32_t id() const noexcept { return number_ & (kIsWithin - 1); }
  /// Of the characters of the piece. @param before end of the token before, 0 at first.
  [[nodiscard]] std::uint32_t begin(std::uint32_t before) const noexcept {
    return before - (number_ >> kIdBits & 1U);
  }
  [[nodiscard]] std::uint32_t end() const noexcept { return number_ >> kEndShift; }

 private:
  static constexpr unsigned kIdBits = BpeMerges::kBits;
  static constexpr std::uint32_t kIsWithin = 1U << kIdBits;
  static constexpr unsigned kEndShift = 25;
  static_assert(kIdBits < kEndShift && kMostCharacters < 1U << (32 - kEndShift));

  std::uint32_t number_;
};

}  // namespace onnxformers::tokenizers
