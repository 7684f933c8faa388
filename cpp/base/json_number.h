#pragma once

#include <cstddef>
#include <cstdint>
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

/// The same for a number without exponent that has so many decimal places, and all digits together
/// as an integer. @param places at most 19.
[[nodiscard]] double divided_by_power_of_ten(std::uint64_t digits, std::size_t places);

}  // namespace onnxformers::json
