#pragma once

#include <optional>
#include <string_view>

#include "base/regex/char_set.h"

namespace onnxformers::regex {

// Sets by name, as Oniguruma has them for Unicode text.

/// \w; which one differs by where it stands, see unicode_regex.h.
[[nodiscard]] const CharSet& word_set(bool in_class);
[[nodiscard]] const CharSet& digit_set();
[[nodiscard]] const CharSet& space_set();
[[nodiscard]] const CharSet& hex_digit_set();

/// \p{name}; nothing if there is none. Case, spaces, '-' and '_' do not count.
[[nodiscard]] std::optional<CharSet> find_property(std::string_view name, bool in_class);

/// [:name:]; nothing if there is none.
[[nodiscard]] std::optional<CharSet> find_posix_bracket(std::string_view name);

}  // namespace onnxformers::regex
