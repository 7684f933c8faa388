#pragma once

#include <cstddef>
#include <span>

namespace onnxformers::generation {

// Loops over a vocabulary, compiled for several x86-64 levels; sums in lanes of fixed order, so
// that the results are the same on each.

/// Values of a block whose maximum is kept.
inline constexpr std::size_t kBlock = 32;

[[nodiscard]] bool has_nan(std::span<const float> values);

/// Of no use where there is NaN; -inf of no values.
[[nodiscard]] float maximum(std::span<const float> values);

/// The largest value of each block, the last of which may be shorter. Of no use where there is NaN.
void block_maxima(std::span<const float> values, float* maxima);

/// How many values are at least `lowest`, which is above -inf.
std::size_t count_reaching(std::span<const float> values, float lowest);

/// The largest value and where it stands first.
struct Peak {
  float value = 0.0F;
  std::size_t index = 0;
};

/// Throws InvalidArgument for NaN or +inf ("non-finite logits") and when all are -inf.
Peak find_peak(std::span<const float> values);

/// Throws what `find_peak` throws for NaN.
[[noreturn]] void fail_non_finite();

struct ExpSums {
  double weights = 0.0;   ///< sum of exp(value - shift)
  double weighted = 0.0;  ///< sum of exp(value - shift) * (value - shift)
};

/// Values of -inf add nothing.
ExpSums exp_sums(std::span<const float> values, float shift);

/// exp(value - shift) for each value, 0 where that is below the smallest normal number; returns
/// their sum.
double exp_shifted(std::span<const float> values, float shift, float* out);

/// Sum of exp(value - shift).
double sum_exp(std::span<const float> values, float shift);

/// (value - first) - second for each value.
void subtract(std::span<float> values, float first, float second);

/// ((value - first) - second) + third for each value.
void shift(std::span<float> values, float first, float second, float third);

void divide(std::span<float> values, float divisor);

/// Writes `filler` over the values that are below `lowest_value` and whose weights are below
/// `lowest_weight`.
void fill_light(std::span<float> values, std::span<const float> weights, float lowest_weight,
                float lowest_value, float filler);

/// Writes `filler` over the values below `lowest`.
void fill_below(std::span<float> values, float lowest, float filler);

}  // namespace onnxformers::generation
