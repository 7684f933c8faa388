#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace onnxformers::audio {

/// The cheapest way through a matrix of costs, from the first cell to the last
/// one; every step goes on in one axis or in both. Sums are float32 and ties
/// broken as in the reference: a step in both axes, or in the first, must be
/// cheaper than each of the others.
/// @param costs shape (rows, columns), both above 0
/// @returns the cells of the way, (row, column)
[[nodiscard]] std::vector<std::pair<std::int64_t, std::int64_t>> dynamic_time_warping(
    std::span<const double> costs, std::size_t rows, std::size_t columns);

/// The median of each value and those around it, in each row of `length`
/// values; beyond its ends a row is mirrored. `width` is odd and less than 2 *
/// length.
void median_filter(std::span<const double> values, std::size_t length, std::size_t width,
                   std::span<double> out);

}  // namespace onnxformers::audio
