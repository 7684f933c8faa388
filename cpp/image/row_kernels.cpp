#include "image/row_kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <vector>

#include "base/multiversion.h"

namespace onnxformers::image {

namespace {

constexpr std::size_t kBlock = 64;

void pack(const std::int32_t* weights, std::size_t groups, std::uint32_t* packed) {
  std::transform(weights, weights + (groups * 4), packed,
                 [](std::int32_t weight) { return std::bit_cast<std::uint32_t>(weight); });
}

void horizontal(const HorizontalRows& job, const PackedTaps& taps) {
  for (std::size_t x = 0; x < taps.count; ++x) {
    const Tap place = taps.places[x];
    const std::uint8_t* pixel = job.rows[0] + (place.first * job.pixel_stride);
    const std::uint32_t* weights = taps.weights + (x * taps.stride);
    std::array<std::int32_t, 4> sums{kHalf, kHalf, kHalf, kHalf};
    for (std::size_t i = 0; i < place.count; ++i, pixel += job.pixel_stride) {
      const auto weight = std::bit_cast<std::int32_t>(weights[i]);
      for (std::size_t c = 0; c < sums.size(); ++c) {
        sums[c] += pixel[c] * weight;
      }
    }
    std::uint8_t* const out = job.out[0] + (x * job.channels);
    for (std::size_t c = 0; c < job.channels; ++c) {
      out[c] = to_pixel(sums[c]);
    }
  }
}

ONNXFORMERS_MULTIVERSION
void add_row(const std::uint8_t* row, std::int32_t weight, std::size_t count, std::int32_t* sums) {
  for (std::size_t i = 0; i < count; ++i) {
    sums[i] += row[i] * weight;
  }
}

void vertical(const std::uint8_t* const* rows, std::size_t count, const std::uint32_t* weights,
              std::size_t bytes, std::uint8_t* out) {
  std::array<std::int32_t, kBlock> sums{};
  for (std::size_t begin = 0; begin < bytes; begin += kBlock) {
    const std::size_t length = std::min(kBlock, bytes - begin);
    sums.fill(kHalf);
    for (std::size_t i = 0; i < count; ++i) {
      add_row(rows[i] + begin, std::bit_cast<std::int32_t>(weights[i]), length, sums.data());
    }
    std::transform(sums.begin(), sums.begin() + static_cast<std::ptrdiff_t>(length), out + begin,
                   to_pixel);
  }
}

std::vector<const RowKernels*> kernels_of_this_cpu() {
  std::vector<const RowKernels*> found{&kPlainKernels};
#ifdef ONNXFORMERS_X86_KERNELS
  found.push_back(&kSse41Kernels);  // the floor of the build
  if (__builtin_cpu_supports("avx2") != 0) {
    found.push_back(&kAvx2Kernels);
  }
  if (__builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vnni") != 0) {
    found.push_back(&kAvx512Kernels);
  }
#endif
  return found;
}

}  // namespace

const RowKernels kPlainKernels{.name = "plain",
                               .rows = 1,
                               .words_per_group = 4,
                               .pack = &pack,
                               .horizontal = &horizontal,
                               .vertical = &vertical};

std::span<const RowKernels* const> all_row_kernels() {
  static const std::vector<const RowKernels*> kFound = kernels_of_this_cpu();
  return kFound;
}

const RowKernels& row_kernels() { return *all_row_kernels().back(); }

}  // namespace onnxformers::image
