#pragma once

#include <cstddef>
#include <cstdint>

#include "image/pixels.h"
#include "image/row_kernels.h"
#include "image/taps.h"

namespace onnxformers::image {

/// Resizes every channel as Pillow does.
/// @param out shape (rows.count, columns.count, channels)
void resize(const Pixels& old, const Axis& rows, const Axis& columns, Filter filter,
            std::uint8_t* out, const RowKernels& kernels = row_kernels());

/// The picture with colours multiplied by alpha, which is the last channel: so that transparent
/// ones count nothing.
/// @param out shape (height, width, channels)
void weight_by_alpha(const Pixels& old, std::uint8_t* out);

/// Undoes it for `count` pixels, as far as rounding lets.
void divide_by_alpha(std::uint8_t* pixels, std::size_t count, std::size_t channels);

/// A picture of single-precision numbers in rows without gaps.
struct FloatPixels {
  const float* data = nullptr;
  std::size_t height = 0;
  std::size_t width = 0;
  std::size_t channels = 0;
};

/// Resizes every channel as Pillow does pictures of its mode F. The axes are wanted whole.
/// @param out shape (rows.count, columns.count, channels)
void resize(const FloatPixels& old, const Axis& rows, const Axis& columns, Filter filter,
            float* out);

/// Averages blocks of pixels as Pillow's Image.reduce does; those at the right and lower edges may
/// be smaller.
/// @param out shape (height / block_height, width / block_width, channels), both rounded up
void reduce(const Pixels& old, std::size_t block_height, std::size_t block_width,
            std::uint8_t* out);
void reduce(const FloatPixels& old, std::size_t block_height, std::size_t block_width, float* out);

}  // namespace onnxformers::image
