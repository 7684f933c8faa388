#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "image/taps.h"

namespace onnxformers::image {

/// Taps with whole-number weights in the order that a set of kernels reads them.
struct PackedTaps {
  const Tap* places = nullptr;
  std::size_t count = 0;
  const std::uint32_t* weights = nullptr;
  std::size_t stride = 0;  ///< words of weights for each new pixel
};

/// Rows of pixels, which kernels read beyond the end of: `kRowSlack` bytes must be there.
struct HorizontalRows {
  const std::uint8_t* const* rows = nullptr;  ///< as many as the kernels take at once
  std::size_t pixel_stride = 0;               ///< bytes from pixel to pixel: 3 or 4
  std::uint8_t* const* out = nullptr;         ///< rows of the new pixels
  std::size_t channels = 0;                   ///< of the new pixels: 3, or 4 where the stride is
};

inline constexpr std::size_t kRowSlack = 64;

/// Resampling of 8-bit pixels for one kind of CPU. The sums are those of whole numbers, and so the
/// same in each.
struct RowKernels {
  const char* name;
  std::size_t rows;             ///< that `horizontal` takes at once
  std::size_t words_per_group;  ///< of four packed weights

  /// Lays out groups of four weights.
  void (*pack)(const std::int32_t* weights, std::size_t groups, std::uint32_t* packed);
  /// Makes rows of other length; writes up to `kRowSlack` bytes beyond them.
  void (*horizontal)(const HorizontalRows& job, const PackedTaps& taps);
  /// Makes one row of `bytes` bytes out of `count` rows; `rows` are a multiple of 4, the last ones
  /// with weights of 0. Neither reads nor writes beyond them.
  void (*vertical)(const std::uint8_t* const* rows, std::size_t count, const std::uint32_t* weights,
                   std::size_t bytes, std::uint8_t* out);
};

/// The quickest kernels that this CPU has.
[[nodiscard]] const RowKernels& row_kernels();

/// Every set that this CPU has, the plain ones first.
[[nodiscard]] std::span<const RowKernels* const> all_row_kernels();

/// The largest weight, either sign, that every set takes: 8 bits in each of three digits.
inline constexpr std::int32_t kLargestWeight = 0x7F7F7F;

extern const RowKernels kPlainKernels;
#ifdef ONNXFORMERS_X86_KERNELS
extern const RowKernels kSse41Kernels;
extern const RowKernels kAvx2Kernels;
extern const RowKernels kAvx512Kernels;
#endif

/// A sum of pixels times weights, with a half added before, as a pixel. One for each file: they are
/// compiled for different CPUs.
static inline std::uint8_t to_pixel(std::int32_t sum) {
  const std::int32_t value = sum >> kWeightBits;
  const std::int32_t positive = value < 0 ? 0 : value;
  return static_cast<std::uint8_t>(positive > 255 ? 255 : positive);
}

/// What sums begin with, for rounding.
inline constexpr std::int32_t kHalf = 1 << (kWeightBits - 1);

}  // namespace onnxformers::image
