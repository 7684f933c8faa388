#pragma once

#include <cstddef>
#include <cstdint>

namespace onnxformers::image {

/// A picture of 8 bits a channel somewhere in memory.
struct Pixels {
  const std::uint8_t* data = nullptr;
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;      ///< 1 to 4
  std::size_t pixel_stride = 0;  ///< bytes from pixel to pixel, `channels` or more
  std::size_t row_stride = 0;    ///< bytes from row to row

  [[nodiscard]] const std::uint8_t* row(std::size_t y) const { return data + (y * row_stride); }
  [[nodiscard]] std::size_t row_bytes() const { return ((width - 1) * pixel_stride) + channels; }
  [[nodiscard]] const std::uint8_t* end() const { return row(height - 1) + row_bytes(); }
};

}  // namespace onnxformers::image
