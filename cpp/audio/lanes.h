#pragma once

#include <cstddef>

namespace onnxformers::audio {

/// Frames that are transformed at once: value i of frame `lane` lies at i * kLanes + lane, so that
/// every step of a transform is a loop over contiguous values. Eight frames of 400 samples and
/// their scratch just fit into the first-level cache.
inline constexpr std::size_t kLanes = 8;

/// Complex values of kLanes frames, real and imaginary parts apart.
struct Planes {
  double* re;
  double* im;
};

}  // namespace onnxformers::audio
