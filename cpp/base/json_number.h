#pragma once

#include <optional>
#include <string_view>

namespace onnxformers::json {

/// The nearest double of a JSON number (its grammar is checked already), whatever the locale; zero
/// below the smallest double, nothing beyond the largest. text must be followed by a character
/// that cannot continue a number.
[[nodiscard]] std::optional<double> to_double(std::string_view text);

}  // namespace onnxformers::json
