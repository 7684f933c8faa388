#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/pixels.h"
#include "image/row_kernels.h"
#include "image/taps.h"

namespace onnxformers::image {

/// A picture in another size, made row by row; equal to Pillow's to the bit. Channels are resampled
/// one by one. The old picture must stay.
class Resampled {
 public:
  Resampled(const Pixels& old, const Axis& rows, const Axis& columns, Filter filter,
            const RowKernels& kernels = row_kernels());

  [[nodiscard]] std::size_t height() const noexcept { return height_; }
  [[nodiscard]] std::size_t row_bytes() const noexcept { return row_bytes_; }

  /// Makes row `y` of those wanted: `row_bytes` bytes, the channels of a pixel side by side.
  void row(std::size_t y, std::uint8_t* out) const;

 private:
  void keep_rows(std::size_t begin, std::size_t end);
  void resample_columns(const Axis& columns, Filter filter, const RowKernels& kernels);
  void prepare_rows(const Taps& taps, const RowKernels& kernels);
  void make_rows();
  void blend_rows(std::size_t y, std::size_t bytes, std::uint8_t* out) const;
  void close_gaps();
  void replace_source(std::vector<std::uint8_t> bytes, std::size_t row_stride);

  Pixels source_;  ///< what rows are made of: the old picture or `made_`
  std::size_t height_;
  std::size_t row_bytes_;
  std::size_t first_row_ = 0;  ///< of the old picture, the one that `source_` begins with
  std::vector<std::uint8_t> made_;
  std::vector<std::size_t> places_;  ///< of Nearest, for each pixel of a row
  std::vector<std::size_t> row_places_;
  // Of the other filters, where rows are still to be resampled.
  const RowKernels* kernels_ = nullptr;
  std::vector<Tap> taps_;
  std::vector<std::uint32_t> weights_;
  std::size_t stride_ = 0;
};

}  // namespace onnxformers::image
