#pragma once

#include <cstdint>

namespace onnxformers::image {

/// Ways to resample, with Pillow's numbers.
enum class Filter : std::uint8_t { Nearest, Lanczos, Bilinear, Bicubic, Box, Hamming };

/// The filter of Pillow's number `number`; InvalidArgument when there is none.
[[nodiscard]] Filter filter_from_number(int number);

/// How far from its centre a filter looks, in pixels of the smaller picture. Not of Nearest.
[[nodiscard]] double filter_support(Filter filter);

/// How much a pixel at a distance from the centre counts. Not of Nearest.
[[nodiscard]] double filter_weight(Filter filter, double distance);

}  // namespace onnxformers::image
