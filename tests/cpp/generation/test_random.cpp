#include <cmath>
#include <cstdint>
#include <vector>

#include "check.h"
#include "generation/random.h"

using onnxformers::generation::random_number;

TEST(the_same_arguments_give_the_same_number) {
  CHECK_EQUAL(random_number(1, 2, 3), random_number(1, 2, 3));
  const double other[] = {random_number(2, 2, 3), random_number(1, 3, 3), random_number(1, 2, 4),
                          random_number(1, 2, 3, 1), random_number(1ULL << 32U, 2, 3)};
  for (const double number : other) {
    CHECK(number != random_number(1, 2, 3));
  }
}

// Counters and keys of the vectors that come with Random123 1.14 (kat_vectors, philox4x32 10).
TEST(the_generator_is_philox) {
  // Counter and key all zero: words 6627e8d5 e169c58d.
  CHECK_EQUAL(random_number(0, 0, 0, 0),
              std::ldexp(static_cast<double>(0x6627e8d5e169c58dULL >> 11U), -53));
  // All bits set: 408f276d 41c83b0e.
  CHECK_EQUAL(random_number(~0ULL, ~0ULL, ~0U, ~0U),
              std::ldexp(static_cast<double>(0x408f276d41c83b0eULL >> 11U), -53));
}

TEST(numbers_are_spread_evenly) {
  constexpr int kBins = 16;
  constexpr int kCount = 160'000;
  std::vector<int> bins(kBins);
  for (std::uint64_t row = 0; row < kCount; ++row) {
    const double number = random_number(7, row, 3);
    CHECK(number >= 0 && number < 1);
    ++bins[static_cast<std::size_t>(number * kBins)];
  }
  double squares = 0;
  for (const int bin : bins) {
    squares += std::pow(bin - (kCount / kBins), 2) / (kCount / kBins);
  }
  CHECK(squares < 40);  // chi-squared with 15 degrees of freedom: 0.05 % lie beyond
}
