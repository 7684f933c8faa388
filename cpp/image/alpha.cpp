#include <algorithm>

#include "image/resize.h"

namespace onnxformers::image {

namespace {

/// a * b / 255, rounded.
std::uint8_t times(std::uint8_t a, std::uint8_t b) {
  const unsigned product = (static_cast<unsigned>(a) * b) + 128U;
  return static_cast<std::uint8_t>(((product >> 8U) + product) >> 8U);
}

}  // namespace

void weight_by_alpha(const Pixels& old, std::uint8_t* out) {
  for (std::size_t y = 0; y < old.height; ++y) {
    const std::uint8_t* pixel = old.row(y);
    for (std::size_t x = 0; x < old.width; ++x, pixel += old.pixel_stride) {
      const std::uint8_t alpha = pixel[old.channels - 1];
      for (std::size_t c = 0; c + 1 < old.channels; ++c) {
        *out++ = times(pixel[c], alpha);
      }
      *out++ = alpha;
    }
  }
}

void divide_by_alpha(std::uint8_t* pixels, std::size_t count, std::size_t channels) {
  for (std::size_t x = 0; x < count; ++x, pixels += channels) {
    const unsigned alpha = pixels[channels - 1];
    if (alpha == 0 || alpha == 255) {
      continue;
    }
    for (std::size_t c = 0; c + 1 < channels; ++c) {
      pixels[c] = static_cast<std::uint8_t>(std::min(255U, 255U * pixels[c] / alpha));
    }
  }
}

}  // namespace onnxformers::image
