#pragma once

#include "tokenizers/scanners/runs.h"
#include "tokenizers/scanners/scanner.h"

namespace onnxformers::tokenizers::scanners {

/// Three patterns one after the other, each for what those before set apart:
/// \p{N}{1,3}, then [U+4E00-U+9FA5 U+3040-U+30FF]+, then
/// [!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+
/// | ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
struct DeepSeekPattern {
  static constexpr bool kMatchesAll = true;  // what matches nothing is a piece, too
  static constexpr unsigned kNumbers = 3;

  [[nodiscard]] ONNXFORMERS_INLINE static inline Found next(const Runs& text,
                                                            std::size_t begin) noexcept {
    if ((text.at(begin).bits & kNumber) != 0) {
      return {.end = text.skip_numbers(begin, kNumbers)};
    }
    const Part part(text, text.is_han_or_kana(begin));
    std::size_t end = match_end(part, begin);
    if (end == begin) {
      do {
        end += text.at(end).length;
      } while (part.has(end) && match_end(part, end) == end);
    }
    return {.end = end};
  }

 private:
  static constexpr CharacterClass kWord = kLetter | kMark;

  /// What the third pattern sees: a text that ends where characters are of the other kind.
  class Part {
   public:
    Part(const Runs& text, bool is_han_or_kana) noexcept
        : text(text), is_han_or_kana_(is_han_or_kana) {}

    [[nodiscard]] bool has(std::size_t i) const noexcept {
      return i < text.size() && text.is_han_or_kana(i) == is_han_or_kana_ &&
             (text.at(i).bits & kNumber) == 0;
    }
    [[nodiscard]] CharacterClass bits_at(std::size_t i) const noexcept {
      return has(i) ? text.at(i).bits : CharacterClass{0};
    }
    [[nodiscard]] std::size_t skip(std::size_t i, CharacterClass bits) const noexcept {
      while ((bits_at(i) & bits) != 0) {
        i += text.at(i).length;
      }
      return i;
    }

    const Runs& text;

   private:
    bool is_han_or_kana_;
  };

  /// End of a match that begins there; begin if none does.
  [[nodiscard]] static std::size_t match_end(const Part& part, std::size_t begin) noexcept {
    const Runs& text = part.text;
    const Character first = text.at(begin);
    const std::size_t second = begin + first.length;
    if ((first.bits & kLetter) != 0) {
      return part.skip(text.skip_basic_letters(begin), kWord);
    }
    if ((first.bits & kSymbol) != 0) {
      const bool is_basic = first.length == 1;
      const std::size_t letters = is_basic ? text.skip_basic_letters(second) : second;
      return letters > second ? letters : symbols_end(part, second);
    }
    const CharacterClass second_bits = part.bits_at(second);
    if ((first.bits & kLineEnd) == 0 && (second_bits & kWord) != 0) {
      return part.skip(text.skip_basic_letters(second), kWord);
    }
    if ((first.bits & kMark) != 0) {
      return second;
    }
    if (text.byte(begin) == ' ' && (second_bits & kSymbol) != 0) {
      return symbols_end(part, second);
    }
    return (first.bits & kSpace) != 0 ? spaces_end(part, begin) : begin;
  }

  [[nodiscard]] static std::size_t symbols_end(const Part& part, std::size_t begin) noexcept {
    return part.skip(part.skip(begin, kSymbol), kLineEnd);
  }

  /// Spaces are never of the kind that is set apart, but such may follow them.
  [[nodiscard]] static std::size_t spaces_end(const Part& part, std::size_t begin) noexcept {
    const std::size_t end = part.text.skip(begin, kSpace);
    const std::size_t found = part.text.skip_spaces_and_lines(begin);
    const char last = part.text.byte(found - 1);
    return part.has(end) || last == '\r' || last == '\n' ? found : end;
  }
};

}  // namespace onnxformers::tokenizers::scanners
