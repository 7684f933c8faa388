#include <algorithm>
#include <array>

#include "image/resize.h"

namespace onnxformers::image {

namespace {

/// A range of an axis.
struct Part {
  std::size_t begin;
  std::size_t end;
};

/// Calls body(rows, columns) for each block, row by row.
template <typename Body>
void for_each_block(std::size_t height, std::size_t width, std::size_t block_height,
                    std::size_t block_width, const Body& body) {
  for (std::size_t y = 0; y < height; y += block_height) {
    for (std::size_t x = 0; x < width; x += block_width) {
      body(Part{.begin = y, .end = std::min(y + block_height, height)},
           Part{.begin = x, .end = std::min(x + block_width, width)});
    }
  }
}

/// 2^24 / count as Pillow has it, with its rounding in single precision.
std::uint32_t reciprocal(std::size_t count) {
  constexpr float kRange = 4294967296.0F;
  return static_cast<std::uint32_t>(kRange / static_cast<float>(256U * count));
}

}  // namespace

void reduce(const Pixels& old, std::size_t block_height, std::size_t block_width,
            std::uint8_t* out) {
  const auto average = [&](Part rows, Part columns) {
    const std::size_t count = (rows.end - rows.begin) * (columns.end - columns.begin);
    std::array<std::uint32_t, 4> sums{};
    sums.fill(static_cast<std::uint32_t>(count / 2));
    for (std::size_t y = rows.begin; y < rows.end; ++y) {
      const std::uint8_t* pixel = old.row(y) + (columns.begin * old.pixel_stride);
      for (std::size_t x = columns.begin; x < columns.end; ++x, pixel += old.pixel_stride) {
        for (std::size_t c = 0; c < old.channels; ++c) {
          sums[c] += pixel[c];
        }
      }
    }
    const std::uint32_t factor = reciprocal(count);
    for (std::size_t c = 0; c < old.channels; ++c) {
      *out++ = static_cast<std::uint8_t>((sums[c] * factor) >> 24U);
    }
  };
  for_each_block(old.height, old.width, block_height, block_width, average);
}

void reduce(const FloatPixels& old, std::size_t block_height, std::size_t block_width, float* out) {
  const auto average = [&](Part rows, Part columns) {
    const std::size_t count = (rows.end - rows.begin) * (columns.end - columns.begin);
    for (std::size_t c = 0; c < old.channels; ++c) {
      double sum = 0.0;
      for (std::size_t y = rows.begin; y < rows.end; ++y) {
        for (std::size_t x = columns.begin; x < columns.end; ++x) {
          sum += static_cast<double>(old.data[(((y * old.width) + x) * old.channels) + c]);
        }
      }
      *out++ = static_cast<float>(sum * (1.0 / static_cast<double>(count)));
    }
  };
  for_each_block(old.height, old.width, block_height, block_width, average);
}

}  // namespace onnxformers::image
