#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "check.h"
#include "generation/kernels.h"

using namespace onnxformers::generation;

namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

}  // namespace

TEST(exp_is_within_two_units_in_the_last_place) {
  std::vector<float> values;
  for (float value = 0.0F; value > -86.9F; value -= 0.0037F) {
    values.push_back(value);
  }
  std::vector<float> weights(values.size());
  exp_shifted(values, 0.0F, weights.data());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double exact = std::exp(static_cast<double>(values[i]));
    CHECK(std::abs(static_cast<double>(weights[i]) - exact) <= 2.5e-7 * exact);
  }
  CHECK_EQUAL(weights[0], 1.0F);
}

TEST(what_is_too_small_has_no_weight) {
  const std::vector<float> values{0.0F, -1000.0F, kForbidden, -3.0e38F};
  std::vector<float> weights(values.size());
  exp_shifted(values, 0.0F, weights.data());
  CHECK((weights == std::vector<float>{1.0F, 0.0F, 0.0F, 0.0F}));
  CHECK_EQUAL(sum_exp(values, 0.0F), 1.0);
  CHECK_EQUAL(exp_sums(values, 0.0F).weighted, 0.0);
}

TEST(sums_are_those_of_double_precision) {
  std::vector<float> values;
  for (int i = 0; i < 1000; ++i) {
    values.push_back(static_cast<float>(i % 97) * -0.13F);
  }
  double weights = 0.0;
  double weighted = 0.0;
  for (const float value : values) {
    weights += std::exp(static_cast<double>(value));
    weighted += std::exp(static_cast<double>(value)) * static_cast<double>(value);
  }
  const ExpSums sums = exp_sums(values, 0.0F);
  CHECK(std::abs(sums.weights - weights) < 1e-6 * weights);
  CHECK(std::abs(sums.weighted - weighted) < 1e-6 * std::abs(weighted));
  CHECK(std::abs(sum_exp(values, 0.0F) - weights) < 1e-6 * weights);
}

TEST(values_are_shifted_in_three_steps) {
  std::vector<float> values{1.5F, kForbidden, -2.0F};
  CHECK_EQUAL(maximum(values), 1.5F);
  shift(values, 0.5F, 0.25F, 4.0F);
  CHECK(values == std::vector<float>({4.75F, kForbidden, 1.25F}));
}

TEST(the_largest_value_of_each_block_is_found) {
  std::vector<float> values(70, kForbidden);
  values[3] = -1.0F;
  values[31] = -2.0F;
  values[40] = 3.0F;
  values[45] = -4.0F;
  std::vector<float> maxima(3);
  block_maxima(values, maxima.data());
  CHECK((maxima == std::vector<float>{-1.0F, 3.0F, kForbidden}));
  CHECK_EQUAL(count_reaching(values, -2.0F), 3U);
  CHECK_EQUAL(count_reaching(values, 1.5F), 1U);
}

TEST(nan_of_either_sign_is_found_in_any_place) {
  for (const std::size_t place : {0U, 17U, 69U}) {
    std::vector<float> values(70, -kForbidden);
    values[1] = kForbidden;
    CHECK(!has_nan(values));
    values[place] = std::numeric_limits<float>::quiet_NaN();
    CHECK(has_nan(values));
    values[place] = -values[place];
    CHECK(has_nan(values));
  }
}

TEST(values_below_the_lowest_are_filled) {
  std::vector<float> values{1.0F, 2.0F, 3.0F};
  fill_below(values, 2.0F, -7.0F);
  CHECK((values == std::vector<float>{-7.0F, 2.0F, 3.0F}));
  subtract(values, 1.0F, 0.5F);
  CHECK((values == std::vector<float>{-8.5F, 0.5F, 1.5F}));
}
