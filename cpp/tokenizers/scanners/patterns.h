#pragma once

#include "tokenizers/scanners/runs.h"
#include "tokenizers/scanners/scanner.h"

// One class per family of split patterns; next() as Scanner::next(), and whether every character is
// a part of some match. The order of the branches is that of the alternatives.

namespace onnxformers::tokenizers::scanners {

/// 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
struct Gpt2Pattern {
  static constexpr bool kMatchesAll = true;

  [[nodiscard]] ONNXFORMERS_INLINE static inline Found next(const Runs& text,
                                                            std::size_t begin) noexcept {
    std::size_t i = begin;
    if (text.byte(i) == '\'') {
      const std::size_t end = text.skip_contraction(i);
      if (end != i) {
        return {.end = end};
      }
    } else if (text.byte(i) == ' ' && i + 1 < text.size()) {
      ++i;
    }
    const Character first = text.at(i);
    if ((first.bits & kLetter) != 0) {
      return {.end = text.skip_letters(i, kLetter)};
    }
    if ((first.bits & kNumber) != 0) {
      return {.end = text.skip(i, kNumber)};
    }
    if ((first.bits & kSpace) == 0) {
      return {.end = text.skip_others(i, kLetter | kNumber | kSpace)};
    }
    return {.end = text.skip_spaces(begin)};
  }
};

/// The same after every number was set apart, as Digits does: a number ends what the pattern sees.
struct DigitsGpt2Pattern {
  static constexpr bool kMatchesAll = true;

  [[nodiscard]] ONNXFORMERS_INLINE static inline Found next(const Runs& text,
                                                            std::size_t begin) noexcept {
    const std::size_t second = begin + 1;
    const bool after_space = text.byte(begin) == ' ' && second < text.size();
    const Character first = text.at(after_space ? second : begin);
    if ((first.bits & kNumber) != 0) {
      return {.end = after_space ? second : begin + first.length};
    }
    if ((first.bits & kSpace) != 0) {
      const std::size_t end = text.skip(begin, kSpace);
      return {.end = (text.bits_at(end) & kNumber) != 0 ? end : text.skip_spaces(begin)};
    }
    return Gpt2Pattern::next(text, begin);
  }
};

/// (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,kNumbers}|
/// ?[^\s\p{L}\p{N}]+[\r\n]*
/// |\s*[\r\n]+|\s+(?!\S)|\s+
///
/// With kMarks a mark is taken for a letter but where it could be the first character of a word:
/// [^\r\n\p{L}\p{N}]?[\p{L}\p{M}]+ and  ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*.
template <unsigned kNumbers, bool kMarks = false>
struct Cl100kPattern {
  static constexpr bool kMatchesAll = true;

  [[nodiscard]] ONNXFORMERS_INLINE static inline Found next(const Runs& text,
                                                            std::size_t begin) noexcept {
    constexpr CharacterClass kWord = kMarks ? kLetter | kMark : kLetter;
    if (text.byte(begin) == '\'') {
      const std::size_t end = text.skip_any_contraction(begin);
      if (end != begin) {
        return {.end = end};
      }
    }
    const Character first = text.at(begin);
    if ((first.bits & kLetter) != 0) {
      return {.end = text.skip_letters(begin, kWord)};
    }
    const std::size_t second = begin + first.length;
    const CharacterClass second_bits = text.bits_at(second);
    if ((first.bits & (kLineEnd | kNumber)) == 0 && (second_bits & kWord) != 0) {
      return {.end = text.skip_letters(second, kWord)};
    }
    if ((first.bits & kWord) != 0) {
      return {.end = second};
    }
    if ((first.bits & kNumber) != 0) {
      return {.end = text.skip_numbers(begin, kNumbers)};
    }
    constexpr CharacterClass kNotSymbol = kWord | kNumber | kSpace;
    const bool after_space =
        text.byte(begin) == ' ' && second < text.size() && (second_bits & kNotSymbol) == 0;
    if ((first.bits & kSpace) == 0 || after_space) {
      return {.end = text.skip(text.skip_others(second, kNotSymbol), kLineEnd)};
    }
    return {.end = text.skip_spaces_and_lines(begin)};
  }
};

/// W is [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+ or, where that cannot be,
/// [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*; then the pattern is
/// [^\r\n\p{L}\p{N}]?W(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\p{N}{1,kNumbers}
/// | ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
/// (without the contractions where kContractions is false).
template <unsigned kNumbers, bool kContractions>
struct O200kPattern {
  static constexpr bool kMatchesAll = true;

  [[nodiscard]] ONNXFORMERS_INLINE static inline Found next(const Runs& text,
                                                            std::size_t begin) noexcept {
    const Character first = text.at(begin);
    const std::size_t word = word_end(text, begin, first);
    if (word != begin) {
      const bool apostrophe = kContractions && word < text.size() && text.byte(word) == '\'';
      return {.end = apostrophe ? text.skip_any_contraction(word) : word};
    }
    if ((first.bits & kNumber) != 0) {
      return {.end = text.skip_numbers(begin, kNumbers)};
    }
    constexpr CharacterClass kNotSymbol = kLetter | kNumber | kSpace;
    const std::size_t second = begin + first.length;
    const bool after_space =
        text.byte(begin) == ' ' && second < text.size() && (text.at(second).bits & kNotSymbol) == 0;
    if ((first.bits & kSpace) == 0 || after_space) {
      std::size_t end = text.skip_others(second, kNotSymbol);
      while (end < text.size() && is_tail(text.byte(end))) {
        ++end;
      }
      return {.end = end};
    }
    return {.end = text.skip_spaces_and_lines(begin)};
  }

 private:
  static bool is_tail(char c) noexcept { return c == '\r' || c == '\n' || c == '/'; }

  /// End of the optional first character and W; begin if they do not match.
  static std::size_t word_end(const Runs& text, std::size_t begin,
                              const Character& first) noexcept {
    const bool has_prefix = (first.bits & (kLineEnd | kLetter | kNumber)) == 0;
    const std::size_t start = has_prefix ? begin + first.length : begin;
    std::size_t upper_end = start;
    std::size_t both_end = begin;  // of the last character that is of both cases
    while (upper_end < text.size()) {
      const Character character = text.at(upper_end);
      if ((character.bits & kUpper) == 0) {
        if ((character.bits & kLower) != 0) {
          return text.skip_small_letters(upper_end + character.length, kLower);
        }
        break;
      }
      upper_end += character.length;
      both_end = (character.bits & kLower) != 0 ? upper_end : both_end;
    }
    if (both_end != begin) {
      return both_end;
    }
    // A mark can be all there is of a word, or only what stands before it.
    if (has_prefix && (first.bits & kMark) != 0) {
      return start;
    }
    return upper_end > start ? upper_end : begin;
  }
};

/// 's|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+ and, with kTokens,
/// <\|startoftext\|>|<\|endoftext\|>| in front of it. Spaces are what is left between.
template <bool kTokens>
struct ClipPattern {
  static constexpr bool kMatchesAll = false;

  [[nodiscard]] ONNXFORMERS_INLINE static inline Found next(const Runs& text,
                                                            std::size_t begin) noexcept {
    if constexpr (kTokens) {
      for (const std::string_view token : {"<|startoftext|>", "<|endoftext|>"}) {
        if (text.has(begin, token)) {
          return {.end = begin + token.size()};
        }
      }
    }
    if (text.byte(begin) == '\'') {
      const std::size_t end = text.skip_contraction(begin);
      if (end != begin) {
        return {.end = end};
      }
    }
    const Character first = text.at(begin);
    if ((first.bits & kLetter) != 0) {
      return {.end = text.skip_letters(begin, kLetter)};
    }
    if ((first.bits & kNumber) != 0) {
      return {.end = begin + first.length};
    }
    if ((first.bits & kSpace) != 0) {
      return {.end = text.skip(begin, kSpace), .is_match = false};
    }
    return {.end = text.skip_others(begin, kLetter | kNumber | kSpace)};
  }
};

}  // namespace onnxformers::tokenizers::scanners
