#pragma once

#include <string_view>

#include "base/regex/char_set.h"

namespace onnxformers::regex {

// Sets by name, as Oniguruma has them for Unicode text.

/// \w by itself. In a class it lacks the superscripts and fractions of Latin-1, which Oniguruma's
/// table for one-byte code points calls word characters.
[[nodiscard]] const CharSet& word_set();
[[nodiscard]] const CharSet& word_set_in_class();
[[nodiscard]] const CharSet& digit_set();
[[nodiscard]] const CharSet& space_set();
[[nodiscard]] const CharSet& hex_digit_set();

/// \p{name}; null if there is none. Case, spaces, '-' and '_' do not count.
[[nodiscard]] const CharSet* find_property(std::string_view name);

/// [:name:]; null if there is none.
[[nodiscard]] const CharSet* find_posix_bracket(std::string_view name);

}  // namespace onnxformers::regex
