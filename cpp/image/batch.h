#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/pixels.h"
#include "image/taps.h"

namespace onnxformers::image {

/// One picture on its way into a batch: resized, seen through a window, and put into a frame.
struct Entry {
  Pixels pixels;
  std::size_t height = 0;  ///< resized to
  std::size_t width = 0;
  /// The window's corner in the resized picture, beyond which it may reach, and its size.
  std::int64_t top = 0;
  std::int64_t left = 0;
  std::size_t window_height = 0;
  std::size_t window_width = 0;
  /// The window's corner in the frame, inside which it lies.
  std::size_t frame_top = 0;
  std::size_t frame_left = 0;
};

/// What a batch of shape (entries, channels, height, width) is made with. The values are bits of
/// numbers: 32 for float32, 16 for float16.
template <typename Value>
struct BatchPlan {
  std::size_t height = 0;  ///< of the frame
  std::size_t width = 0;
  std::size_t channels = 0;
  Filter filter = Filter::Nearest;
  /// What each of 256 values of each channel becomes, shape (channels, 256), in the order of the
  /// new channels. Where a window shows no picture it shows value 0.
  const Value* table = nullptr;
  /// Which old channel each new one is.
  std::vector<std::size_t> order;
  /// What a frame has around its window, shape (entries, channels).
  const Value* surround = nullptr;
};

/// Fills `out`, shape (entries, channels, height, width).
template <typename Value>
void fill_batch(const std::vector<Entry>& entries, const BatchPlan<Value>& plan, unsigned threads,
                Value* out);

extern template void fill_batch(const std::vector<Entry>&, const BatchPlan<std::uint32_t>&,
                                unsigned, std::uint32_t*);
extern template void fill_batch(const std::vector<Entry>&, const BatchPlan<std::uint16_t>&,
                                unsigned, std::uint16_t*);

}  // namespace onnxformers::image
