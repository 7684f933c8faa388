#pragma once

#include <cstddef>
#include <cstdint>

#include "image/row_kernels.h"

// Of one file each: compiled for different CPUs, they must not be joined by the linker.
namespace onnxformers::image {
namespace {  // NOLINT(misc-anonymous-namespace-in-header)

/// Bits in the lower half of a weight, so that it fits into 16 bits with a sign.
constexpr int kLowBits = 15;

/// For each two weights the lower halves of both, then the upper halves: pixels are multiplied and
/// added in pairs of 16 bits.
void pack_halves(const std::int32_t* weights, std::size_t groups, std::uint32_t* packed) {
  for (std::size_t i = 0; i < groups * 4; i += 2) {
    const auto low = [&](std::size_t at) {
      return static_cast<std::uint32_t>(weights[at]) & ((1U << kLowBits) - 1U);
    };
    const auto high = [&](std::size_t at) {
      return static_cast<std::uint32_t>(weights[at] >> kLowBits) & 0xFFFFU;
    };
    packed[i] = low(i) | (low(i + 1) << 16U);
    packed[i + 1] = high(i) | (high(i + 1) << 16U);
  }
}

/// `RowKernels::vertical` for rows shorter than a block.
void vertical_bytes(const std::uint8_t* const* rows, std::size_t count,
                    const std::uint32_t* weights, std::size_t bytes, std::uint8_t* out) {
  for (std::size_t x = 0; x < bytes; ++x) {
    std::int32_t low = 0;
    std::int32_t high = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const unsigned shift = i % 2 * 16;
      const std::size_t pair = i / 2 * 2;
      low += rows[i][x] * static_cast<std::int16_t>(weights[pair] >> shift);
      high += rows[i][x] * static_cast<std::int16_t>(weights[pair + 1] >> shift);
    }
    out[x] = to_pixel(low + (high * (1 << kLowBits)) + kHalf);
  }
}

}  // namespace
}  // namespace onnxformers::image
