#include "generation/kernels.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <limits>
#include <numbers>

#include "base/errors.h"
#include "base/multiversion.h"

namespace onnxformers::generation {

namespace {

constexpr std::size_t kLanes = 16;
constexpr float kLowest = -std::numeric_limits<float>::infinity();

/// exp for values up to 0, within 2 units in the last place; no branch, so that loops over it are
/// vectorised. 2^n * exp(r) with |r| <= ln(2)/2 (Cody and Waite), r by a polynomial of degree 5.
inline float exp_of_negative(float x) {
  constexpr auto kLog2E = std::numbers::log2e_v<float>;
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

/// Whole numbers in the order of the floats: the largest of these is found in registers, that of
/// floats one by one, because of NaN and of zeros with signs.
inline std::int32_t ordered(float value) {
  const auto bits = std::bit_cast<std::int32_t>(value);
  return bits ^ ((bits >> 31) & std::numeric_limits<std::int32_t>::max());
}

inline float from_ordered(std::int32_t order) {
  return std::bit_cast<float>(order ^ ((order >> 31) & std::numeric_limits<std::int32_t>::max()));
}

inline std::int32_t largest(const float* values, std::size_t count) {
  std::int32_t best = ordered(kLowest);
  for (std::size_t i = 0; i < count; ++i) {
    best = std::max(best, ordered(values[i]));
  }
  return best;
}

}  // namespace

ONNXFORMERS_MULTIVERSION
float maximum(std::span<const float> values) {
  return from_ordered(largest(values.data(), values.size()));
}

ONNXFORMERS_MULTIVERSION
bool has_nan(std::span<const float> values) {
  constexpr std::int32_t kInfinity = 0x7F800000;
  std::int32_t best = 0;
  for (const float value : values) {
    best = std::max(best,
                    std::bit_cast<std::int32_t>(value) & std::numeric_limits<std::int32_t>::max());
  }
  return best > kInfinity;
}

ONNXFORMERS_MULTIVERSION
void block_maxima(std::span<const float> values, float* maxima) {
  const std::size_t blocks = values.size() / kBlock;
  for (std::size_t i = 0; i < blocks; ++i) {
    maxima[i] = from_ordered(largest(values.data() + i * kBlock, kBlock));
  }
  if (values.size() % kBlock != 0) {
    maxima[blocks] = from_ordered(largest(values.data() + blocks * kBlock, values.size() % kBlock));
  }
}

ONNXFORMERS_MULTIVERSION
std::size_t count_reaching(std::span<const float> values, float lowest) {
  std::uint32_t count = 0;
  for (const float value : values) {
    count += value >= lowest ? 1U : 0U;
  }
  return count;
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
  // A few are added up in single precision first: half of the time went into widening each.
  constexpr std::size_t kRounds = 8;
  std::array<double, kLanes> lanes{};
  std::size_t i = 0;
  for (; i + kRounds * kLanes <= values.size(); i += kRounds * kLanes) {
    std::array<float, kLanes> part{};
    for (std::size_t round = 0; round < kRounds; ++round) {
      for (std::size_t lane = 0; lane < kLanes; ++lane) {
        part[lane] += exp_of_negative(values[i + round * kLanes + lane] - shift);
      }
    }
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      lanes[lane] += static_cast<double>(part[lane]);
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
void shift(std::span<float> values, float first, float second, float third) {
  for (float& value : values) {
    value = ((value - first) - second) + third;
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
    const bool is_low = values[i] < lowest_value;
    const bool is_light = weights[i] < lowest_weight && is_low;
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
  constexpr std::size_t kWidth = 4096;
  Peak peak{kLowest, 0};
  bool is_broken = false;
  for (std::size_t start = 0; start < values.size(); start += kWidth) {
    const auto part = values.subspan(start, std::min(kWidth, values.size() - start));
    const float best = maximum(part);
    is_broken |= has_nan(part);
    if (peak.value < best) {
      peak = {best, start};
    }
  }
  if (is_broken || peak.value == -kLowest) {
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
