#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "tokenizers/scanners/runs.h"

namespace onnxformers::tokenizers::scanners {

/// A bit for each of 64 characters, the first one the lowest.
using Bits = std::uint64_t;

/// First and last bits of runs of bits.
[[nodiscard]] constexpr Bits firsts(Bits runs) noexcept { return runs & ~(runs << 1U); }
[[nodiscard]] constexpr Bits lasts(Bits runs) noexcept { return runs & ~(runs >> 1U); }

/// What the characters are that follow the beginning of a piece, as long as they are ASCII but
/// zero, which a ShortPiece must not end with. Where the pieces of a split pattern begin follows
/// from a few operations on all of them at once.
class AsciiWindow {
 public:
#if defined(__SSE2__)
  static constexpr bool kIsThere = true;
#else
  static constexpr bool kIsThere = false;
#endif
  static constexpr std::size_t kSize = 64;

  /// Whether there are so many characters of ASCII that work on 64 of them pays.
  /// @param begin as for the window.
  [[nodiscard]] static bool is_worth_it(std::string_view text, std::size_t begin) noexcept {
    constexpr std::uint64_t kHigh = 0x8080808080808080ULL;
    std::array<std::uint64_t, 4> words;  // NOLINT: written next
    std::memcpy(words.data(), text.data() + begin, sizeof(words));
    return ((words[0] | words[1] | words[2] | words[3]) & kHigh) == 0;
  }

  /// Classes that few patterns ask for: the others do not take the time.
  struct Rare {
    bool capitals = false;
    bool slashes = false;
    bool graphic = false;
  };

  /// @tparam kRare which of them are filled.
  /// @param begin where at least kSize bytes follow.
  template <Rare kRare>
  [[nodiscard]] static AsciiWindow read(std::string_view text, std::size_t begin) noexcept {
    AsciiWindow window(text.data() + begin);
#if defined(__SSE2__)
    Bits beyond = 0;
    for (std::size_t i = 0; i < kSize; i += sizeof(__m128i)) {
      const __m128i bytes = window.load(i);
      beyond |= bits(_mm_or_si128(bytes, _mm_sub_epi8(bytes, _mm_set1_epi8(1))), i);
    }
    window.size_ = static_cast<std::size_t>(std::countr_zero(beyond));
    for (std::size_t i = 0; i < window.size_; i += sizeof(__m128i)) {
      window.classify<kRare>(window.load(i), i);
    }
#endif
    return window;
  }

  /// How many characters there are until a zero or one that is not ASCII.
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

  Bits letters = 0;
  Bits numbers = 0;
  Bits spaces = 0;     ///< \s
  Bits blanks = 0;     ///< ' '
  Bits line_ends = 0;  ///< [\r\n]
  Bits apostrophes = 0;
  Bits capitals = 0;  ///< where asked for, as the next ones
  Bits slashes = 0;
  Bits graphic = 0;  ///< [!-~]

  [[nodiscard]] Bits others() const noexcept { return ~(letters | numbers | spaces); }

  /// Length of the contraction that begins with the apostrophe at a bit, or 0.
  [[nodiscard]] std::size_t contraction(std::size_t at, bool in_either_case) const noexcept {
    const auto letter = [&](std::size_t i) {
      return i < kSize ? static_cast<char>(bytes_[i] | (in_either_case ? 0x20 : 0)) : '\0';
    };
    const char first = letter(at + 1);
    const char second = letter(at + 2);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return 2;
    }
    const bool is_two =
        (second == 'e' && (first == 'r' || first == 'v')) || (second == 'l' && first == 'l');
    return is_two ? 3 : 0;
  }

  /// Those beginnings of pieces that what follows the window cannot change, and the first bit.
  /// @param end the pattern was followed up to there.
  [[nodiscard]] Bits decided(Bits begins, std::size_t end) const noexcept {
    // A contraction changes what is three characters behind it, and the run of spaces at the end is
    // cut by what follows it.
    constexpr std::size_t kUnsure = 4;
    if (end <= kUnsure) {
      return 1;
    }
    const auto run = static_cast<std::size_t>(std::countl_one(spaces << (kSize - end)));
    const std::size_t cut = std::max(kUnsure, run);
    return end <= cut ? 1 : (begins & (~Bits{0} >> (kSize - 1 - (end - cut)))) | 1U;
  }

 private:
  explicit AsciiWindow(const char* bytes) noexcept : bytes_(bytes) {}

#if defined(__SSE2__)
  [[nodiscard]] __m128i load(std::size_t at) const noexcept {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes_ + at));
  }
  [[nodiscard]] static Bits bits(__m128i is_one, std::size_t at) noexcept {
    return static_cast<Bits>(static_cast<unsigned>(_mm_movemask_epi8(is_one))) << at;
  }
  /// The bytes from `low` to `high`.
  [[nodiscard]] static __m128i between(__m128i bytes, char low, char high) noexcept {
    const __m128i place = _mm_sub_epi8(bytes, _mm_set1_epi8(low));
    return _mm_cmpeq_epi8(_mm_min_epu8(place, _mm_set1_epi8(static_cast<char>(high - low))), place);
  }
  [[nodiscard]] static __m128i equal(__m128i bytes, char byte) noexcept {
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
  }
  template <Rare kRare>
  void classify(__m128i bytes, std::size_t at) noexcept {
    const __m128i blank = equal(bytes, ' ');
    letters |= bits(between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z'), at);
    numbers |= bits(between(bytes, '0', '9'), at);
    spaces |= bits(_mm_or_si128(between(bytes, '\t', '\r'), blank), at);
    blanks |= bits(blank, at);
    line_ends |= bits(_mm_or_si128(equal(bytes, '\n'), equal(bytes, '\r')), at);
    apostrophes |= bits(equal(bytes, '\''), at);
    if constexpr (kRare.capitals) {
      capitals |= bits(between(bytes, 'A', 'Z'), at);
    }
    if constexpr (kRare.slashes) {
      slashes |= bits(equal(bytes, '/'), at);
    }
    if constexpr (kRare.graphic) {
      graphic |= bits(between(bytes, '!', '~'), at);
    }
  }
#endif

  const char* bytes_;
  std::size_t size_ = 0;
};

}  // namespace onnxformers::tokenizers::scanners
