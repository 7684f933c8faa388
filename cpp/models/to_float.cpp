#include "models/to_float.h"

#include <bit>

#include "base/multiversion.h"

namespace onnxformers::models {

namespace {

constexpr std::size_t kLanes = 16;  // a fixed number, so that the inner loop becomes vectors

inline float half(std::uint16_t bits) {
  // The exponent's bias differs by 112; the product also normalises what is subnormal.
  constexpr float kBias = 0x1p112F;
  const std::uint32_t magnitude = (bits & 0x7fffU) << 13U;
  const auto scaled = std::bit_cast<std::uint32_t>(std::bit_cast<float>(magnitude) * kBias);
  const std::uint32_t special = (bits & 0x7c00U) == 0x7c00U ? 0x7f800000U : 0U;
  const std::uint32_t sign = (bits & 0x8000U) << 16U;
  return std::bit_cast<float>(scaled | special | sign);
}

inline float bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16U);
}

}  // namespace

ONNXFORMERS_MULTIVERSION
void half_to_float(const std::uint16_t* in, float* out, std::size_t count) {
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      out[i + lane] = half(in[i + lane]);
    }
  }
  for (; i < count; ++i) {
    out[i] = half(in[i]);
  }
}

ONNXFORMERS_MULTIVERSION
void bfloat16_to_float(const std::uint16_t* in, float* out, std::size_t count) {
  std::size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      out[i + lane] = bfloat16(in[i + lane]);
    }
  }
  for (; i < count; ++i) {
    out[i] = bfloat16(in[i]);
  }
}

}  // namespace onnxformers::models
