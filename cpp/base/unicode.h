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

[[nodiscard]] Category category(char32_t code) noexcept;

/// The White_Space property.
[[nodiscard]] bool is_whitespace(char32_t code) noexcept;

/// Any of Pc Pd Pe Pf Pi Po Ps.
[[nodiscard]] bool is_punctuation(char32_t code) noexcept;

/// Mn.
[[nodiscard]] bool is_nonspacing_mark(char32_t code) noexcept;

/// Full lowercase mapping of one code point without context (U+0130 gives two); the code point
/// itself when it has none. The view refers to static data or to `own`, which must outlive it.
[[nodiscard]] std::u32string_view lowercase(char32_t code, char32_t& own) noexcept;

/// Full canonical decomposition (NFD) of one code point, Hangul excluded; empty when it has none.
/// Static data.
[[nodiscard]] std::u32string_view canonical_decomposition(char32_t code) noexcept;

/// Canonical combining class; 0 for starters.
[[nodiscard]] std::uint8_t combining_class(char32_t code) noexcept;

}  // namespace onnxformers::unicode
