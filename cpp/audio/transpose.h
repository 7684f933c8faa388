#pragma once

#include "audio/lanes.h"

namespace onnxformers::audio {

#ifdef __clang__
#define ONNXFORMERS_SHUFFLE(a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#elif defined(__GNUC__)
using LaneIndices = long long __attribute__((vector_size(kLanes * sizeof(long long))));
#define ONNXFORMERS_SHUFFLE(a, b, ...) __builtin_shuffle(a, b, LaneIndices{__VA_ARGS__})
#endif

// NOLINTBEGIN(modernize-avoid-c-arrays): they stay in registers

/// Eight rows of eight values become eight columns.
ONNXFORMERS_INLINE void transpose(Lane (&rows)[kLanes]) {
#ifdef __GNUC__
  Lane pairs[kLanes];
  for (std::size_t i = 0; i < kLanes; i += 2) {
    pairs[i] = ONNXFORMERS_SHUFFLE(rows[i], rows[i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
    pairs[i + 1] = ONNXFORMERS_SHUFFLE(rows[i], rows[i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
  }
  Lane quads[kLanes];
  for (std::size_t half = 0; half < kLanes; half += 4) {
    for (std::size_t i = half; i < half + 2; ++i) {
      quads[i] = ONNXFORMERS_SHUFFLE(pairs[i], pairs[i + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      quads[i + 2] = ONNXFORMERS_SHUFFLE(pairs[i], pairs[i + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  for (std::size_t i = 0; i < 4; ++i) {
    rows[i] = ONNXFORMERS_SHUFFLE(quads[i], quads[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    rows[i + 4] = ONNXFORMERS_SHUFFLE(quads[i], quads[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
  }
#else
  for (std::size_t i = 0; i < kLanes; ++i) {
    for (std::size_t j = i + 1; j < kLanes; ++j) {
      const double held = rows[i].values[j];
      rows[i].values[j] = rows[j].values[i];
      rows[j].values[i] = held;
    }
  }
#endif
}

// NOLINTEND(modernize-avoid-c-arrays)

}  // namespace onnxformers::audio
