#include "audio/window.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace onnxformers::audio {

namespace {

/// Kaldi's window is Hann's, flattened.
constexpr double kPovey = 0.85;

/// A cosine of one period, highest in the middle.
void fill_cosine(double offset, double height, double last, std::span<double> out) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double place = (2.0 * static_cast<double>(i)) - last;
    out[i] = offset + (height * std::cos(std::numbers::pi * place / last));
  }
}

}  // namespace

void fill_window(WindowShape shape, bool is_periodic, std::span<double> out) {
  const std::size_t points = out.size() + (is_periodic ? 1 : 0);
  if (shape == WindowShape::Boxcar || points <= 1) {
    std::ranges::fill(out, 1.0);
    return;
  }
  const auto last = static_cast<double>(points - 1);
  shape == WindowShape::Hamming ? fill_cosine(0.54, 0.46, last, out)
                                : fill_cosine(0.5, 0.5, last, out);
  if (shape == WindowShape::Povey) {
    for (double& value : out) {
      value = std::pow(value, kPovey);
    }
  }
}

}  // namespace onnxformers::audio
