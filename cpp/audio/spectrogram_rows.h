#pragma once

#include <cstddef>

#include "audio/lanes.h"

namespace onnxformers::audio {

/// Where rows of kLanes values go: out[row * row_step + lane * lane_step].
struct RowTarget {
  float* out;
  std::size_t row_step;
  std::size_t lane_step;
  std::size_t lanes;
};

/// Writes `count` rows of kLanes float64 values as float32.
void write_rows(const double* rows, std::size_t count, const RowTarget& target);

[[nodiscard]] float largest_of(const float* values, std::size_t count);

/// values[i] = (max(values[i], least) + offset) / divisor
void raise_to(float* values, std::size_t count, float least, float offset, float divisor);

}  // namespace onnxformers::audio
