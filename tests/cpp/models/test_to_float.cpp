#include <bit>
#include <cmath>
#include <limits>
#include <vector>

#include "check.h"
#include "models/to_float.h"

using namespace onnxformers::models;  // NOLINT(google-build-using-namespace)

namespace {

/// The value of a half by its definition.
float by_definition(unsigned bits) {
  const unsigned exponent = (bits >> 10U) & 31U;
  const unsigned fraction = bits & 1023U;
  const float sign = (bits & 0x8000U) != 0 ? -1.0F : 1.0F;
  if (exponent == 31) {
    return fraction == 0 ? sign * std::numeric_limits<float>::infinity()
                         : std::numeric_limits<float>::quiet_NaN();
  }
  if (exponent == 0) {
    return sign * std::ldexp(static_cast<float>(fraction), -24);
  }
  return sign * std::ldexp(static_cast<float>(fraction + 1024), static_cast<int>(exponent) - 25);
}

bool is_same(float a, float b) {
  return std::isnan(a) ? std::isnan(b)
                       : std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b);
}

}  // namespace

TEST(every_half_becomes_its_value) {
  std::vector<std::uint16_t> in;
  for (unsigned bits = 0; bits < 65536; ++bits) {
    in.push_back(static_cast<std::uint16_t>(bits));
  }
  in.push_back(0x3c00);  // an odd number of them
  std::vector<float> out(in.size());
  half_to_float(in.data(), out.data(), in.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    CHECK(is_same(out[i], by_definition(in[i])));
  }
}

TEST(every_bfloat16_becomes_its_value) {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const std::vector<std::uint16_t> in(19, static_cast<std::uint16_t>(bits));
    std::vector<float> out(in.size());
    bfloat16_to_float(in.data(), out.data(), in.size());
    for (const float value : out) {
      CHECK_EQUAL(std::bit_cast<std::uint32_t>(value), bits << 16U);
    }
  }
}
