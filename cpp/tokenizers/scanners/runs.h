#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tokenizers/inline.h"
#include "tokenizers/scanners/character_class.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace onnxformers::tokenizers::scanners {

/// A text and what its characters are: the parts that split patterns are made of.
class Runs {
 public:
  Runs(const CharacterClasses& classes, std::string_view text) noexcept
      : classes_(classes), text_(text) {}

  [[nodiscard]] std::size_t size() const noexcept { return text_.size(); }
  [[nodiscard]] Character at(std::size_t i) const noexcept { return classes_.at(text_, i); }
  [[nodiscard]] char byte(std::size_t i) const noexcept { return text_[i]; }

  /// The class of the character at i, 0 at the end of the text.
  [[nodiscard]] CharacterClass bits_at(std::size_t i) const noexcept {
    return i < text_.size() ? at(i).bits : CharacterClass{0};
  }

  [[nodiscard]] bool has(std::size_t i, std::string_view word) const noexcept {
    return text_.substr(i, word.size()) == word;
  }

  /// First character from i on that has none of the properties.
  [[nodiscard]] std::size_t skip(std::size_t i, CharacterClass bits) const noexcept {
    while (i < text_.size()) {
      const Character character = at(i);
      if ((character.bits & bits) == 0) {
        break;
      }
      i += character.length;
    }
    return i;
  }

  /// First character from i on that has one of the properties.
  [[nodiscard]] std::size_t skip_others(std::size_t i, CharacterClass bits) const noexcept {
    while (i < text_.size()) {
      const Character character = at(i);
      if ((character.bits & bits) != 0) {
        break;
      }
      i += character.length;
    }
    return i;
  }

  /// skip() where the properties are those of letters, or of small ones: quicker in ASCII.
  [[nodiscard]] std::size_t skip_letters(std::size_t i, CharacterClass bits) const noexcept {
    return skip_beyond_ascii(skip_ascii_letters<kEitherCase>(i), bits);
  }
  [[nodiscard]] std::size_t skip_small_letters(std::size_t i, CharacterClass bits) const noexcept {
    return skip_beyond_ascii(skip_ascii_letters<kSmall>(i), bits);
  }

  /// [A-Za-z]*
  [[nodiscard]] std::size_t skip_basic_letters(std::size_t i) const noexcept {
    return skip_ascii_letters<kEitherCase>(i);
  }

  /// [U+4E00-U+9FA5 U+3040-U+30FF], compared as UTF-8, in which they keep their order.
  [[nodiscard]] bool is_han_or_kana(std::size_t i) const noexcept {
    const auto lead = static_cast<unsigned char>(text_[i]);
    if (lead < 0xE3 || lead > 0xE9) {
      return false;
    }
    const std::string_view bytes = text_.substr(i, 3);
    return (bytes >= "\xE3\x81\x80" && bytes <= "\xE3\x83\xBF") ||
           (bytes >= "\xE4\xB8\x80" && bytes <= "\xE9\xBE\xA5");
  }

  /// \p{N}{1,most} from a number on.
  [[nodiscard]] std::size_t skip_numbers(std::size_t i, unsigned most) const noexcept {
    for (unsigned count = 0; count < most && i < text_.size(); ++count) {
      const Character character = at(i);
      if ((character.bits & kNumber) == 0) {
        break;
      }
      i += character.length;
    }
    return i;
  }

  /// \s+(?!\S)|\s+ from a space on.
  [[nodiscard]] std::size_t skip_spaces(std::size_t i) const noexcept {
    std::size_t last = i;
    std::size_t end = i;
    while (end < text_.size()) {
      const Character character = at(end);
      if ((character.bits & kSpace) == 0) {
        // The last one goes with what follows.
        return last > i ? last : end;
      }
      last = end;
      end += character.length;
    }
    return end;
  }

  /// \s*[\r\n]+|\s+(?!\S)|\s+ from a space on.
  [[nodiscard]] std::size_t skip_spaces_and_lines(std::size_t i) const noexcept {
    std::size_t last = i;
    std::size_t after_line = i;
    std::size_t end = i;
    while (end < text_.size()) {
      const Character character = at(end);
      if ((character.bits & kSpace) == 0) {
        break;
      }
      last = end;
      end += character.length;
      after_line = (character.bits & kLineEnd) != 0 ? end : after_line;
    }
    if (after_line > i) {
      return after_line;
    }
    return end == text_.size() || last == i ? end : last;
  }

  /// 's|'t|'re|'ve|'m|'ll|'d from an apostrophe on; i if none is there.
  [[nodiscard]] std::size_t skip_contraction(std::size_t i) const noexcept {
    return skip_contraction_of(i, [](char c) { return c; });
  }

  /// The same in either case. The long s is an s here, too.
  [[nodiscard]] std::size_t skip_any_contraction(std::size_t i) const noexcept {
    constexpr std::string_view kLongS = "\xC5\xBF";
    if (text_.size() - i > kLongS.size() && text_.substr(i + 1, kLongS.size()) == kLongS) {
      return i + 1 + kLongS.size();
    }
    return skip_contraction_of(
        i, [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; });
  }

 private:
  template <typename Fold>
  [[nodiscard]] std::size_t skip_contraction_of(std::size_t i, Fold fold) const noexcept {
    const std::size_t left = text_.size() - i;
    const char first = left > 1 ? fold(text_[i + 1]) : '\0';
    if (first == 's' || first == 't' || first == 'm' || first == 'd') {
      return i + 2;
    }
    const char second = left > 2 ? fold(text_[i + 2]) : '\0';
    const bool is_two =
        (second == 'e' && (first == 'r' || first == 'v')) || (second == 'l' && first == 'l');
    return is_two ? i + 3 : i;
  }

  [[nodiscard]] std::size_t skip_beyond_ascii(std::size_t i, CharacterClass bits) const noexcept {
    return i < text_.size() && static_cast<unsigned char>(text_[i]) >= 0x80 ? skip(i, bits) : i;
  }

  // What to set in a byte so that it is a small letter if it is one of those asked for.
  static constexpr char kSmall = 0;
  static constexpr char kEitherCase = 0x20;

  template <char kSet>
  [[nodiscard]] std::size_t skip_ascii_letters(std::size_t i) const noexcept {
#if defined(__SSE2__)
    constexpr int kAll = 0xFFFF;
    while (text_.size() - i >= sizeof(__m128i)) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text_.data() + i));
      const __m128i place =
          _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(kSet)), _mm_set1_epi8('a'));
      const __m128i is_letter =
          _mm_cmpeq_epi8(_mm_min_epu8(place, _mm_set1_epi8('z' - 'a')), place);
      const int others = _mm_movemask_epi8(is_letter) ^ kAll;
      if (others != 0) {
        return i + static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(others)));
      }
      i += sizeof(__m128i);
    }
#endif
    while (i < text_.size() && static_cast<unsigned>((text_[i] | kSet) - 'a') <= 'z' - 'a') {
      ++i;
    }
    return i;
  }

  const CharacterClasses& classes_;
  std::string_view text_;
};

}  // namespace onnxformers::tokenizers::scanners
