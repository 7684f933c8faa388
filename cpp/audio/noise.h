#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "audio/lanes.h"

namespace onnxformers::audio {

/// Noise that is added to frames before anything else is done to them.
struct Dither {
  double amount = 0.0;  ///< its standard deviation; 0 for none
  std::uint64_t seed = 0;
};

/// Adds normal noise to kLanes frames. A sample's noise depends on the seed, the number of the
/// frame in its sound and the place in the frame, and on nothing else: neither threads nor the
/// pieces in which a sound comes change it.
/// @param frames shape (length, kLanes)
void add_noise(double* frames, std::size_t length, const std::array<std::size_t, kLanes>& numbers,
               const Dither& dither);

}  // namespace onnxformers::audio
