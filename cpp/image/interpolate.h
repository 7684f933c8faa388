#pragma once

#include <cstddef>
#include <cstdint>

namespace onnxformers::image {

/// Grids of numbers one after the other, shape (count, height, width).
struct Grids {
  const float* values = nullptr;
  std::size_t count = 0;
  std::size_t height = 0;
  std::size_t width = 0;
};

struct GridSize {
  std::size_t height = 0;
  std::size_t width = 0;
  /// The outermost numbers keep their places at the corners.
  bool align_corners = false;
};

/// Bilinear interpolation as PyTorch has it: without smoothing where grids shrink, first along
/// rows, then between them, places in single precision.
/// @param out shape (count, size.height, size.width)
void interpolate(const Grids& grids, const GridSize& size, unsigned threads, float* out);

/// Which of the grids, interpolated to a size, has the largest number at each place; the first of
/// equal ones, and the first with NaN. The interpolated grids are never held as a whole.
/// @param labels shape (size.height, size.width)
void label_map(const Grids& grids, const GridSize& size, unsigned threads, std::int64_t* labels);

}  // namespace onnxformers::image
