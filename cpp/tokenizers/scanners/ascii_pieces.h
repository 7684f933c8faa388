#pragma once

#include "tokenizers/scanners/ascii_window.h"
#include "tokenizers/scanners/deepseek_pattern.h"
#include "tokenizers/scanners/patterns.h"

// Where the pieces of the patterns begin, in a window of ASCII: the same as next() of patterns.h
// finds one after the other.

namespace onnxformers::tokenizers::scanners {

/// begins(window): a bit where a piece begins; only those that are decided, and the first bit.
/// kRare: what it asks the window for.
template <typename Pattern>
struct AsciiPieces;

/// Calls visit(bit) for every bit, from the lowest on.
template <typename Visit>
void for_each_bit(Bits bits, Visit visit) {
  for (; bits != 0; bits &= bits - 1) {
    visit(static_cast<std::size_t>(std::countr_zero(bits)));
  }
}

[[nodiscard]] constexpr Bits bit(std::size_t at) noexcept {
  return at < AsciiWindow::kSize ? Bits{1} << at : 0;
}

/// Takes the letters of contractions to the apostrophes before them.
/// @param apostrophes those that begin a piece and have a letter behind.
[[nodiscard]] inline Bits with_contractions(const AsciiWindow& window, Bits begins,
                                            Bits apostrophes, bool in_either_case) noexcept {
  for_each_bit(apostrophes, [&](std::size_t at) {
    const std::size_t length = window.contraction(at, in_either_case);
    if (length != 0) {
      begins = (begins & ~bit(at + 1)) | (bit(at + length) & window.letters);
    }
  });
  return begins;
}

template <bool kDigits>
struct AsciiGpt2Pieces {
  static constexpr AsciiWindow::Rare kRare{};

  [[nodiscard]] static Bits begins(const AsciiWindow& window) noexcept {
    const Bits after_blank = window.blanks << 1U;
    const Bits others = firsts(window.others()) & ~after_blank;
    Bits begins = others | (firsts(window.letters) & ~after_blank) | firsts(window.spaces);
    if (kDigits) {
      // What is before a number sees no more text.
      begins |= window.numbers | (lasts(window.spaces) & ~(window.numbers >> 1U));
    } else {
      begins |= (firsts(window.numbers) & ~after_blank) | lasts(window.spaces);
    }
    const Bits apostrophes = window.apostrophes & others & (window.letters >> 1U);
    return window.decided(with_contractions(window, begins, apostrophes, false), window.size());
  }
};

template <>
struct AsciiPieces<Gpt2Pattern> : AsciiGpt2Pieces<false> {};
template <>
struct AsciiPieces<DigitsGpt2Pattern> : AsciiGpt2Pieces<true> {};

/// What cl100k and o200k have in common.
class AsciiCl100kParts {
 public:
  explicit AsciiCl100kParts(const AsciiWindow& window) noexcept : window_(window) {
    const Bits others = window.others();
    symbols = firsts(others) & ~(window.blanks << 1U);
    // A single symbol goes with the letters behind it.
    prefixes = symbols & lasts(others) & (window.letters >> 1U);
    words = firsts(window.letters) & ~((prefixes | (window.spaces & ~window.line_ends)) << 1U);
    // A sum carries through the rest of the run.
    joined_ = window.line_ends & ~(window.line_ends + (window.line_ends & (others << 1U)));
  }

  /// Groups of at most `most` numbers.
  [[nodiscard]] Bits numbers(unsigned most) const noexcept {
    const Bits all = window_.numbers;
    if (most == 1) {
      return all;
    }
    Bits begins = firsts(all);
    const Bits fourth = all & (all << 1U) & (all << 2U) & (all << 3U);
    for (Bits next = begins << 3U & fourth; next != 0; next = next << 3U & fourth) {
      begins |= next;
    }
    return begins;
  }

  /// \s*[\r\n]+|\s+(?!\S)|\s+ where spaces are left.
  /// @param ends characters that stand for the end of the text.
  [[nodiscard]] Bits spaces(Bits ends = 0) const noexcept {
    const Bits left = window_.spaces & ~joined_;
    const Bits lines = window_.line_ends & ~joined_;
    const Bits blanks = left & ~lines;
    Bits after_line = firsts(blanks) & (lines << 1U);
    // But where another line end follows them.
    for_each_bit(after_line != 0 ? blanks & (lines >> 1U) : 0, [&](std::size_t at) {
      const Bits before = ~blanks & (bit(at) - 1);
      after_line &= ~(before == 0 ? 1 : std::bit_floor(before) << 1U);
    });
    return firsts(left) | after_line | (blanks & ~((window_.spaces | ends) >> 1U));
  }

  Bits prefixes = 0;  ///< of words
  Bits words = 0;     ///< without a prefix
  Bits symbols = 0;   ///< without a blank before them

 private:
  const AsciiWindow& window_;
  Bits joined_ = 0;  // line ends that go with the symbols before them
};

template <unsigned kNumbers, bool kMarks>
struct AsciiPieces<Cl100kPattern<kNumbers, kMarks>> {
  static constexpr AsciiWindow::Rare kRare{};

  [[nodiscard]] static Bits begins(const AsciiWindow& window) noexcept {
    const AsciiCl100kParts parts(window);
    const Bits begins = parts.words | parts.symbols | parts.numbers(kNumbers) | parts.spaces();
    const Bits apostrophes = window.apostrophes & parts.prefixes;
    return window.decided(with_contractions(window, begins, apostrophes, true), window.size());
  }
};

template <unsigned kNumbers, bool kContractions>
struct AsciiPieces<O200kPattern<kNumbers, kContractions>> {
  static constexpr AsciiWindow::Rare kRare{.capitals = true, .slashes = true};

  [[nodiscard]] static Bits begins(const AsciiWindow& window) noexcept {
    // A slash may go on with the line ends behind symbols: left to next().
    const Bits unclear = window.slashes & (window.line_ends << 1U);
    const std::size_t end =
        std::min(window.size(), static_cast<std::size_t>(std::countr_zero(unclear)));
    const AsciiCl100kParts parts(window);
    const Bits small = window.letters & ~window.capitals;
    Bits begins = parts.words | parts.symbols | parts.numbers(kNumbers) | parts.spaces() |
                  (window.capitals & (small << 1U));
    if (kContractions) {
      begins = with_endings(window, begins,
                            window.apostrophes & parts.prefixes & (window.letters << 1U));
    }
    return end == 0 ? 1 : window.decided(begins, end);
  }

 private:
  /// Takes contractions to the words before them.
  [[nodiscard]] static Bits with_endings(const AsciiWindow& window, Bits begins,
                                         Bits apostrophes) noexcept {
    std::size_t taken = 0;  // end of the contraction before: no word
    for_each_bit(apostrophes, [&](std::size_t at) {
      const std::size_t length = at == taken ? 0 : window.contraction(at, true);
      if (length != 0) {
        taken = at + length;
        begins = (begins & ~(bit(taken) - bit(at))) | (bit(taken) & window.letters);
      }
    });
    return begins;
  }
};

template <>
struct AsciiPieces<DeepSeekPattern> {
  static constexpr AsciiWindow::Rare kRare{.graphic = true};

  [[nodiscard]] static Bits begins(const AsciiWindow& window) noexcept {
    // Of control characters no alternative but the one for words takes any: left to next().
    const Bits unclear = window.others() & ~window.graphic;
    const std::size_t end =
        std::min(window.size(), static_cast<std::size_t>(std::countr_zero(unclear)));
    const AsciiCl100kParts parts(window);
    const Bits begins = parts.words | parts.symbols | parts.numbers(DeepSeekPattern::kNumbers) |
                        parts.spaces(window.numbers);
    return end == 0 ? 1 : window.decided(begins, end);
  }
};

}  // namespace onnxformers::tokenizers::scanners
