#pragma once

#include <cstdint>
#include <span>

namespace onnxformers::audio {

enum class WindowShape : std::uint8_t { Boxcar, Hamming, Hann, Povey };

/// A window over all of `out`: symmetric, or periodic, which leaves out the last point of a
/// symmetric one that is one longer. One point of a symmetric window is 1.
void fill_window(WindowShape shape, bool is_periodic, std::span<double> out);

}  // namespace onnxformers::audio
