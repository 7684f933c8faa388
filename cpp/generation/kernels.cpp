#include "generation/kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>

#include "base/errors.h"
#include "base/multiversion.h"

namespace onnxformers::generation {

namespace {

constexpr std::size_t kLanes = 16;
constexpr float kLowest = -std::numeric_limits<float>::infinity();

/// exp for values up to 0, within 2 units in the last place; no branch, so that loops over it are
/// vectorised. 2^n * exp(r) with |r| <= ln(2)/2 (Cody and Waite), r by a polynomial of degree 5.
inline float exp_of_negative(float x) {
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2High = 0.693359375F;
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr float kRounder = 12582912.0F;  // 1.5 * 2^23: adding it leaves the nearest integer
  constexpr float kUnderflow = -87.0F;
  constexpr unsigned kMantissaBits = 23;
  const float clamped = x < kUnderflow ? kUnderflow : x;
  const float shifted = clamped * kLog2E + kRounder;
  const float n = shifted - kRounder;
  const float r = (clamped - n * kLn2High) - n * kLn2Low;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  // The integer stands in the low bits of `shifted`; moved up it adds to the exponent of p.
  const std::uint32_t power = std::bit_cast<std::uint32_t>(shifted) << kMantissaBits;
  const float result = std::bit_cast<float>(std::bit_cast<std::uint32_t>(p) + power);
  return x < kUnderflow ? 0.0F : result;
}

double total(const std::array<double, kLanes>& lanes) {
  double sum = 0.0;
  for (const double lane : lanes) {
    sum += lane;
  }
  return sum;
}

inline float largest(const std::array<float, kLanes>& lanes) {
  float best = kLowest;
  for (const float lane : lanes) {
    best = best < lane ? lane : best;
  }
  return best;
}

}  // namespace

ONNXFORMERS_MULTIVERSION
bool block_maxima(std::span<const float> values, std::size_t width, float* maxima) {
  std::array<std::uint32_t, kLanes> nans{};
  std::uint32_t has_nan = 0;
  const float* at = values.data();
  const float* const end = at + values.size();
  while (at != end) {
    const float* const stop = at + std::min(width, static_cast<std::size_t>(end - at));
    std::array<float, kLanes> lanes;
    lanes.fill(kLowest);
    for (; at + kLanes <= stop; at += kLanes) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        lanes[lane] = lanes[lane] < at[lane] ? at[lane] : lanes[lane];
        nans[lane] |= at[lane] != at[lane] ? 1U : 0U;
      }
    }
    for (; at != stop; ++at) {
      lanes[0] = lanes[0] < *at ? *at : lanes[0];
      has_nan |= *at != *at ? 1U : 0U;
    }
    *maxima++ = largest(lanes);
  }
  for (const std::uint32_t lane : nans) {
    has_nan |= lane;
  }
  return has_nan != 0;
}

ONNXFORMERS_MULTIVERSION
ExpSums exp_sums(std::span<const float> values, float shift) {
  std::array<double, kLanes> weights{};
  std::array<double, kLanes> weighted{};
  const auto add = [&](std::size_t lane, float value) {
    const float x = value - shift;
    const double weight = exp_of_negative(x);
    weights[lane] += weight;
    weighted[lane] += weight * static_cast<double>(x < -100.0F ? -100.0F : x);
  };
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      add(lane, values[i + lane]);
    }
  }
  for (; i < values.size(); ++i) {
    add(i % kLanes, values[i]);
  }
  return {total(weights), total(weighted)};
}

ONNXFORMERS_MULTIVERSION
double exp_shifted(std::span<const float> values, float shift, float* out) {
  std::array<double, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      out[i + lane] = exp_of_negative(values[i + lane] - shift);
      lanes[lane] += static_cast<double>(out[i + lane]);
    }
  }
  for (; i < values.size(); ++i) {
    out[i] = exp_of_negative(values[i] - shift);
    lanes[i % kLanes] += static_cast<double>(out[i]);
  }
  return total(lanes);
}

ONNXFORMERS_MULTIVERSION
double sum_exp(std::span<const float> values, float shift) {
  std::array<double, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + kLanes <= values.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += static_cast<double>(exp_of_negative(values[i + lane] - shift));
    }
  }
  for (; i < values.size(); ++i) {
    lanes[i % kLanes] += static_cast<double>(exp_of_negative(values[i] - shift));
  }
  return total(lanes);
}

ONNXFORMERS_MULTIVERSION
void subtract(std::span<float> values, float first, float second) {
  for (float& value : values) {
    value = (value - first) - second;
  }
}

ONNXFORMERS_MULTIVERSION
void divide(std::span<float> values, float divisor) {
  for (float& value : values) {
    value /= divisor;
  }
}

ONNXFORMERS_MULTIVERSION
void fill_light(std::span<float> values, std::span<const float> weights, float lowest_weight,
                float lowest_value, float filler) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const bool is_light = (weights[i] < lowest_weight) & (values[i] < lowest_value);
    values[i] = is_light ? filler : values[i];
  }
}

ONNXFORMERS_MULTIVERSION
void fill_below(std::span<float> values, float lowest, float filler) {
  for (float& value : values) {
    value = value < lowest ? filler : value;
  }
}

void fail_non_finite() {
  fail(ErrorKind::InvalidArgument, "generate",
       "non-finite logits: the scores hold NaN or infinity; look for an overflow in the model "
       "(a wider dtype may help), or pass remove_invalid_values=True");
}

Peak find_peak(std::span<const float> values) {
  constexpr std::size_t kWidth = 256;
  std::array<float, 64> maxima{};
  Peak peak{kLowest, 0};
  bool has_nan = false;
  for (std::size_t start = 0; start < values.size(); start += kWidth * maxima.size()) {
    const std::size_t size = std::min(kWidth * maxima.size(), values.size() - start);
    has_nan |= block_maxima(values.subspan(start, size), kWidth, maxima.data());
    for (std::size_t block = 0; block * kWidth < size; ++block) {
      if (peak.value < maxima[block]) {
        peak = {maxima[block], start + block * kWidth};
      }
    }
  }
  if (has_nan || peak.value == -kLowest) {
    fail_non_finite();
  }
  if (peak.value == kLowest) {
    fail(ErrorKind::InvalidArgument, "generate",
         "no token may follow: every score is -inf; the options forbid all tokens");
  }
  const auto rest = values.subspan(peak.index);
  peak.index += static_cast<std::size_t>(std::ranges::find(rest, peak.value) - rest.begin());
  return peak;
}

}  // namespace onnxformers::generation
