#pragma once

#include <string>
#include <vector>

#include "base/regex/char_set.h"

namespace onnxformers::regex {

/// Characters that are the same as several others where case is ignored: "ss" and U+00DF.
struct Expansion {
  std::u32string folded;
  std::vector<char32_t> codes;  ///< that fold to it
  CharSet single;               ///< these and what differs from them by case only
};

/// All of them; those of two characters first.
[[nodiscard]] const std::vector<Expansion>& expansions();

/// The expansion of one character; null for most.
[[nodiscard]] const Expansion* expansion_of(char32_t code);

/// The same for all characters that differ by case only.
[[nodiscard]] char32_t case_key(char32_t code);

/// A character with those that differ from it by case only.
[[nodiscard]] CharSet case_variants(char32_t code);

/// Adds to a set all that differs from a member by case only.
void add_case_variants(CharSet& set);

}  // namespace onnxformers::regex
