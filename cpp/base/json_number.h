#pragma once

#include <optional>
#include <string_view>

namespace onnxformers::json {

/// The nearest double of a JSON number (its grammar is checked already), whatever the locale; zero
/// below the smallest double, nothing beyond the largest. text must be followed by a character
/// that cannot continue a number.
[[nodiscard]] std::optional<double> to_double(std::string_view text);

/// The same, rounded as serde_json does by default: up to 19 digits as an integer, then one
/// multiplication or division by a power of ten. A quarter of the scores of published models differ
/// from the nearest double in the last bit, and sums of scores decide between segmentations.
[[nodiscard]] std::optional<double> to_scaled_double(std::string_view text);

}  // namespace onnxformers::json
