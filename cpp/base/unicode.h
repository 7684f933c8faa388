#pragma once

#include <cstdint>
#include <string_view>

namespace onnxformers::unicode {

/// General categories, named as in the standard.
enum class Category : std::uint8_t {
  Cn,
  Cc,
  Cf,
  Co,
  Cs,
  Ll,
  Lm,
  Lo,
  Lt,
  Lu,
  Mc,
  Me,
  Mn,
  Nd,
  Nl,
  No,
  Pc,
  Pd,
  Pe,
  Pf,
  Pi,
  Po,
  Ps,
  Sc,
  Sk,
  Sm,
  So,
  Zl,
  Zp,
  Zs,
};

// Which version of Unicode a function follows is that of the reference (tokenizers 0.23.3), whose
// parts are of different ages; each agrees with it on every code point (tests/python/base,
// tests/cpp/base/test_unicode.cpp). A value above U+10FFFF is taken as unassigned.

/// Unicode 16.0, that of the reference's regular expressions (\p{..}). The BERT components do not
/// go by it: see the is_bert_... functions.
[[nodiscard]] Category category(char32_t code) noexcept;

/// The last of the code points from `code` on that share its category, at most U+10FFFF. Quicker
/// than asking for each.
[[nodiscard]] char32_t category_run_end(char32_t code) noexcept;

/// The White_Space property (25 code points, unchanged since Unicode 6.3).
[[nodiscard]] inline bool is_whitespace(char32_t code) noexcept;

/// What BertPreTokenizer and Punctuation split at: every ASCII punctuation character (also
/// $ + < = > ^ ` | ~, which are symbols to Unicode) and the categories P. of Unicode 8.0.
[[nodiscard]] inline bool is_bert_punctuation(char32_t code) noexcept;

/// What BertNormalizer's clean_text drops besides U+FFFD: Cc Cf Co Cs of Unicode 8.0, but for tab,
/// line feed and carriage return. Unassigned code points (Cn) stay.
[[nodiscard]] inline bool is_bert_control(char32_t code) noexcept;

/// What BertNormalizer's strip_accents drops after canonical decomposition: Mn of Unicode 8.0.
[[nodiscard]] inline bool is_bert_accent(char32_t code) noexcept;

/// What the StripAccents normalizer drops: Mn Mc Me of Unicode 9.0.
[[nodiscard]] inline bool is_combining_mark(char32_t code) noexcept;

/// Full lowercase mapping of one code point without context (U+0130 gives two), Unicode 17.0; the
/// code point itself when it has none. The view refers to static data or to `own`, which must
/// outlive it.
[[nodiscard]] inline std::u32string_view lowercase(char32_t code, char32_t& own) noexcept;

/// Full canonical decomposition (NFD) of one code point, Unicode 9.0, Hangul syllables excluded;
/// empty when it has none. Static data.
[[nodiscard]] inline std::u32string_view canonical_decomposition(char32_t code) noexcept;

/// Canonical combining class, Unicode 9.0; 0 for starters.
[[nodiscard]] inline std::uint8_t combining_class(char32_t code) noexcept;

/// char::is_numeric of Rust, which Digits splits at: the categories N. of Unicode 17.0.
[[nodiscard]] inline bool is_numeric(char32_t code) noexcept;

/// The Alphabetic property, Unicode 16.0.
[[nodiscard]] inline bool is_alphabetic(char32_t code) noexcept;

/// \w of Rust's regular expressions, by which the Whitespace pre-tokenizer goes and added tokens
/// that are single words: Alphabetic, M, Nd, Pc and Join_Control of Unicode 16.0. That of
/// Oniguruma is in unicode_regex.h.
[[nodiscard]] inline bool is_rust_word(char32_t code) noexcept;

/// What UnicodeScripts keeps together: a number for each of its scripts (Han, Hiragana and
/// Katakana are one; the numbers mean nothing else), 0 for what joins with every script.
[[nodiscard]] std::uint8_t script(char32_t code) noexcept;

/// The same by table, for what the inline functions do not answer at once.
namespace lookup {
[[nodiscard]] bool is_whitespace(char32_t code) noexcept;
[[nodiscard]] bool is_bert_punctuation(char32_t code) noexcept;
[[nodiscard]] bool is_bert_control(char32_t code) noexcept;
[[nodiscard]] bool is_bert_accent(char32_t code) noexcept;
[[nodiscard]] bool is_combining_mark(char32_t code) noexcept;
[[nodiscard]] std::u32string_view lowercase(char32_t code, char32_t& own) noexcept;
[[nodiscard]] std::u32string_view canonical_decomposition(char32_t code) noexcept;
[[nodiscard]] std::uint8_t combining_class(char32_t code) noexcept;
[[nodiscard]] bool is_numeric(char32_t code) noexcept;
[[nodiscard]] bool is_alphabetic(char32_t code) noexcept;
[[nodiscard]] bool is_rust_word(char32_t code) noexcept;
}  // namespace lookup

inline constexpr char32_t kFirstBeyondAscii = 0x80;
inline constexpr char32_t kFirstDecomposition = 0xC0;
inline constexpr char32_t kFirstMark = 0x300;

inline bool is_whitespace(char32_t code) noexcept {
  return code < kFirstBeyondAscii ? code == U' ' || (code >= U'\t' && code <= U'\r')
                                  : lookup::is_whitespace(code);
}

inline bool is_bert_punctuation(char32_t code) noexcept {
  if (code < kFirstBeyondAscii) {
    return (code >= U'!' && code <= U'/') || (code >= U':' && code <= U'@') ||
           (code >= U'[' && code <= U'`') || (code >= U'{' && code <= U'~');
  }
  return lookup::is_bert_punctuation(code);
}

inline bool is_bert_control(char32_t code) noexcept {
  if (code < kFirstBeyondAscii) {
    return (code < U' ' && code != U'\t' && code != U'\n' && code != U'\r') || code == 0x7F;
  }
  return lookup::is_bert_control(code);
}

inline bool is_bert_accent(char32_t code) noexcept {
  return code >= kFirstMark && lookup::is_bert_accent(code);
}

inline bool is_combining_mark(char32_t code) noexcept {
  return code >= kFirstMark && lookup::is_combining_mark(code);
}

inline std::u32string_view lowercase(char32_t code, char32_t& own) noexcept {
  if (code < kFirstBeyondAscii) {
    own = code >= U'A' && code <= U'Z' ? code + (U'a' - U'A') : code;
    return {&own, 1};
  }
  return lookup::lowercase(code, own);
}

inline std::u32string_view canonical_decomposition(char32_t code) noexcept {
  return code < kFirstDecomposition ? std::u32string_view() : lookup::canonical_decomposition(code);
}

inline std::uint8_t combining_class(char32_t code) noexcept {
  return code < kFirstMark ? std::uint8_t{0} : lookup::combining_class(code);
}

inline bool is_numeric(char32_t code) noexcept {
  return code < kFirstBeyondAscii ? code >= U'0' && code <= U'9' : lookup::is_numeric(code);
}

inline bool is_alphabetic(char32_t code) noexcept {
  return code < kFirstBeyondAscii ? (code | 0x20U) >= U'a' && (code | 0x20U) <= U'z'
                                  : lookup::is_alphabetic(code);
}

inline bool is_rust_word(char32_t code) noexcept {
  return code < kFirstBeyondAscii ? is_alphabetic(code) || is_numeric(code) || code == U'_'
                                  : lookup::is_rust_word(code);
}

}  // namespace onnxformers::unicode
