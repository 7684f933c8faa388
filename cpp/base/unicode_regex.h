#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/unicode.h"
#include "unicode/regex_tables.h"

/// Classes of characters as Oniguruma 6.9 with Unicode 16.0 has them, the engine of the reference's
/// regular expressions; asked of it for every code point (tools/ask_reference.py).
///
/// \d is the category Nd, \s is unicode::is_whitespace, \h is an ASCII hexadecimal digit (as is
/// [[:xdigit:]]). Of the POSIX brackets, alpha, upper and lower are the properties Alphabetic,
/// Uppercase and Lowercase; digit is Nd; alnum is Alphabetic or Nd; punct is P or S in brackets,
/// but \p{Punct} is P; cntrl is Cc; space is White_Space; blank is Zs or tab; graph is all but
/// White_Space, Cc, Cn and Cs; print is graph or Zs.
namespace onnxformers::unicode {

/// \w and \p{Word} in brackets, and [[:word:]]: Alphabetic, M, Nd or Pc.
[[nodiscard]] inline bool is_word(char32_t code) noexcept {
  return is_rust_word(code) && code != 0x200C && code != 0x200D;
}

/// \w, \W, \b and \p{Word} outside brackets: Oniguruma also counts the digits and fractions of
/// Latin-1 (U+00B2 U+00B3 U+00B9 U+00BC U+00BD U+00BE), which [\w] does not.
[[nodiscard]] inline bool is_word_outside_brackets(char32_t code) noexcept {
  switch (code) {
    case 0xB2:
    case 0xB3:
    case 0xB9:
    case 0xBC:
    case 0xBD:
    case 0xBE:
      return true;
    default:
      return is_word(code);
  }
}

using CodeRange = tables::Range;

/// Ranges, in order, of a script or a property like Alphabetic or Emoji; case, spaces, `_` and `-`
/// in its name do not count. Nothing for a name that is unknown or of a general category.
/// O(log names).
[[nodiscard]] std::optional<std::span<const CodeRange>> find_property(std::string_view name);

/// The other single code points that (?i) takes for equal (at most three); mostly none. O(log n).
[[nodiscard]] std::u32string_view case_equivalents(char32_t code) noexcept;

/// The two or three code points that (?i) folds one to (U+00DF to "ss"), empty for most: both ways
/// round a pattern with one matches the other. O(log n).
[[nodiscard]] std::u32string_view case_expansion(char32_t code) noexcept;

}  // namespace onnxformers::unicode
