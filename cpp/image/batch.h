#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "image/pixels.h"
#include "image/taps.h"

namespace onnxformers::image {

/// One picture on its way into a batch: resized, and seen through a window.
struct Entry {
  Pixels pixels;
  std::size_t height = 0;  ///< resized to
  std::size_t width = 0;
  /// The window's corner in the resized picture; outside of it lies the border.
  std::int64_t top = 0;
  std::int64_t left = 0;
};

/// What a batch of shape (entries, channels, height, width) is made with.
template <typename Value>
struct BatchPlan {
  std::size_t height = 0;  ///< of the window
  std::size_t width = 0;
  std::size_t channels = 0;
  Filter filter = Filter::Nearest;
  /// What each of 256 values of each channel becomes, shape (channels, 256), in the order of the
  /// new channels.
  const Value* table = nullptr;
  /// Which old channel each new one is.
  std::vector<std::size_t> order;
  const Value* border = nullptr;  ///< for each new channel
};

/// Fills `out`, shape (entries, channels, height, width). The values are bits of numbers: 32 for
/// float32, 16 for float16. Does not weight by alpha.
template <typename Value>
void fill_batch(const std::vector<Entry>& entries, const BatchPlan<Value>& plan, unsigned threads,
                Value* out);

extern template void fill_batch(const std::vector<Entry>&, const BatchPlan<std::uint32_t>&,
                                unsigned, std::uint32_t*);
extern template void fill_batch(const std::vector<Entry>&, const BatchPlan<std::uint16_t>&,
                                unsigned, std::uint16_t*);

}  // namespace onnxformers::image
