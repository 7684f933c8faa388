#include "audio/logarithm.h"

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>

#include "audio/inline.h"
#include "base/multiversion.h"

namespace onnxformers::audio {

namespace {

/// ln of a normal number above 0 without a branch, so that loops over it are vectorised:
/// x = 2^e * m with m in [sqrt(1/2), sqrt(2)), ln m = 2 atanh((m - 1) / (m + 1)).
ONNXFORMERS_INLINE double log_of_normal(double x) {
  constexpr std::uint64_t kMantissa = (std::uint64_t{1} << 52) - 1;
  constexpr std::uint64_t kOne = std::uint64_t{1023} << 52;
  // 2^52: an integer in the low bits of its mantissa is that many more.
  constexpr std::uint64_t kIntegers = std::uint64_t{1075} << 52;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto exponent = std::bit_cast<double>((bits >> 52) | kIntegers) - (4503599627370496.0 + 1023.0);
  double m = std::bit_cast<double>((bits & kMantissa) | kOne);
  const bool is_large = m > std::numbers::sqrt2;
  exponent = is_large ? exponent + 1.0 : exponent;
  m = is_large ? m * 0.5 : m;
  const double s = (m - 1.0) / (m + 1.0);
  const double z = s * s;
  double p = 2.0 / 13.0;
  p = (p * z) + (2.0 / 11.0);
  p = (p * z) + (2.0 / 9.0);
  p = (p * z) + (2.0 / 7.0);
  p = (p * z) + (2.0 / 5.0);
  p = (p * z) + (2.0 / 3.0);
  p = (p * z) + 2.0;
  return (exponent * std::numbers::ln2) + (s * p);
}

ONNXFORMERS_INLINE bool is_normal(double x) {
  return x >= std::numeric_limits<double>::min() && x <= std::numeric_limits<double>::max();
}

ONNXFORMERS_MULTIVERSION
std::uint64_t count_odd(const double* values, std::size_t count) {
  std::uint64_t odd = 0;
  for (std::size_t i = 0; i < count; ++i) {
    odd += is_normal(values[i]) ? 0 : 1;
  }
  return odd;
}

ONNXFORMERS_MULTIVERSION
void scaled_log_of_normals(double* values, std::size_t count, double factor) {
  for (std::size_t i = 0; i < count; ++i) {
    values[i] = factor * log_of_normal(values[i]);
  }
}

}  // namespace

void scaled_log(std::span<double> values, double factor) {
  if (count_odd(values.data(), values.size()) == 0) {
    scaled_log_of_normals(values.data(), values.size(), factor);
    return;
  }
  // Each value alone decides: its logarithm must not depend on those beside it.
  for (double& value : values) {
    value = factor * (is_normal(value) ? log_of_normal(value) : std::log(value));
  }
}

}  // namespace onnxformers::audio
