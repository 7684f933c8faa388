#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "audio/filter_bank.h"
#include "audio/lanes.h"
#include "audio/logarithm.h"
#include "audio/transpose.h"
#include "check.h"

using onnxformers::ErrorKind;
using namespace onnxformers::audio;

TEST(logarithms_agree_with_the_library_over_all_magnitudes) {
  std::vector<double> values;
  for (int exponent = -300; exponent <= 300; exponent += 3) {
    for (const double mantissa : {1.0, 1.2, 1.4142135, 1.4142136, 1.9999}) {
      values.push_back(mantissa * std::pow(10.0, exponent));
    }
  }
  std::vector<double> got = values;
  scaled_log(got, 2.0);
  for (std::size_t i = 0; i < values.size(); ++i) {
    CHECK(std::abs(got[i] - 2.0 * std::log(values[i])) < 2e-11 * std::max(1.0, std::abs(got[i])));
  }
}

TEST(logarithms_of_what_is_no_normal_number) {
  std::vector<double> values{0.0, -1.0, 1e-310, std::numeric_limits<double>::infinity(), 1.0};
  scaled_log(values, 1.0);
  CHECK(std::isinf(values[0]) && values[0] < 0.0);
  CHECK(std::isnan(values[1]));
  CHECK(std::abs(values[2] - std::log(1e-310)) < 1e-9);
  CHECK(std::isinf(values[3]));
  CHECK_EQUAL(values[4], 0.0);
}

TEST(rows_become_columns) {
  Lane rows[kLanes];
  for (std::size_t i = 0; i < kLanes; ++i) {
    double values[kLanes];
    for (std::size_t j = 0; j < kLanes; ++j) {
      values[j] = static_cast<double>(10 * i + j);
    }
    rows[i] = load(values);
  }
  transpose(rows);
  for (std::size_t i = 0; i < kLanes; ++i) {
    double values[kLanes];
    store(values, rows[i]);
    for (std::size_t j = 0; j < kLanes; ++j) {
      CHECK_EQUAL(values[j], static_cast<double>(10 * j + i));
    }
  }
}

TEST(a_bank_is_a_product_of_matrices_and_a_floor) {
  constexpr std::size_t kBins = 9;
  constexpr std::size_t kFilters = 4;
  // One filter of all bins, one with holes, one of a single bin, one of none.
  std::vector<double> matrix(kBins * kFilters);
  for (std::size_t bin = 0; bin < kBins; ++bin) {
    matrix[bin * kFilters] = static_cast<double>(bin + 1);
    matrix[bin * kFilters + 1] = bin % 2 == 0 && bin > 1 ? 2.0 : 0.0;
    matrix[bin * kFilters + 2] = bin == 8 ? 3.0 : 0.0;
  }
  const FilterBank bank(matrix, kBins, kFilters);
  CHECK_EQUAL(bank.filters(), kFilters);
  CHECK(!bank.is_empty());
  std::mt19937 random(1);
  std::uniform_real_distribution<double> uniform;
  const LaneRows power(kBins);
  for (std::size_t i = 0; i < kBins * kLanes; ++i) {
    power.data()[i] = uniform(random);
  }
  const LaneRows out(kFilters);
  bank.apply(power.data(), 0.25, out.data());
  for (std::size_t filter = 0; filter < kFilters; ++filter) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      double sum = 0.0;
      for (std::size_t bin = 0; bin < kBins; ++bin) {
        sum += power.data()[bin * kLanes + lane] * matrix[bin * kFilters + filter];
      }
      CHECK(std::abs(out.data()[filter * kLanes + lane] - std::max(0.25, sum)) < 1e-12);
    }
  }
}

TEST(a_bank_of_another_shape_is_refused) {
  const std::vector<double> matrix(10);
  CHECK_ERROR(ErrorKind::InvalidArgument, "mel_filters must have the shape",
              FilterBank(matrix, 3, 4));
  CHECK(FilterBank().is_empty());
}
