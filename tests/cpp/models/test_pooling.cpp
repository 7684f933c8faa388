#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "check.h"
#include "models/pooling.h"

using onnxformers::ErrorKind;
using namespace onnxformers::models;

namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Two rows of three tokens of width two; the padded token holds NaN, which must never show.
constexpr std::array<float, 12> kValues{1, 2, 3, -4, 5, 9, 7, 8, 1, 1, kNan, kNan};
constexpr std::array<std::int64_t, 6> kMask{1, 1, 1, 1, 1, 0};

std::vector<float> pooled(const char* name) {
  std::vector<float> out(4);
  pool({kValues.data(), kMask.data(), 2, 3, 2}, pooling_from_name(name), out.data());
  return out;
}

}  // namespace

TEST(mean_counts_only_what_the_mask_keeps) {
  CHECK(pooled("mean") == (std::vector<float>{3, 7.0F / 3, 4, 4.5F}));
}

TEST(cls_is_the_first_token) { CHECK(pooled("cls") == (std::vector<float>{1, 2, 7, 8})); }

TEST(max_is_taken_per_dimension) { CHECK(pooled("max") == (std::vector<float>{5, 9, 7, 8})); }

TEST(last_token_is_the_last_one_kept) {
  CHECK(pooled("lasttoken") == (std::vector<float>{5, 9, 1, 1}));
}

TEST(weighted_mean_weighs_by_position) {
  CHECK(pooled("weightedmean") ==
        (std::vector<float>{(1 + 6 + 15) / 6.0F, (2 - 8 + 27) / 6.0F, 9 / 3.0F, 10 / 3.0F}));
}

TEST(mean_sqrt_divides_by_the_root_of_the_length) {
  CHECK_EQUAL(pooled("mean_sqrt_len_tokens")[0], 9.0F / std::sqrt(3.0F));
}

TEST(padding_on_the_left_changes_nothing) {
  const std::array<float, 6> values{kNan, kNan, 7, 8, 1, 1};
  const std::array<std::int64_t, 3> mask{0, 1, 1};
  for (const char* name :
       {"mean", "cls", "max", "mean_sqrt_len_tokens", "weightedmean", "lasttoken"}) {
    std::vector<float> out(2);
    pool({values.data(), mask.data(), 1, 3, 2}, pooling_from_name(name), out.data());
    const std::vector<float> right = pooled(name);
    CHECK(out == (std::vector<float>{right[2], right[3]}));
  }
}

TEST(a_token_that_is_left_out_keeps_its_place) {
  const std::array<std::int64_t, 3> mask{-1, 1, 1};
  const auto pooled_without = [&](const char* name) {
    std::vector<float> out(2);
    pool({kValues.data(), mask.data(), 1, 3, 2}, pooling_from_name(name), out.data());
    return out;
  };
  CHECK(pooled_without("cls") == (std::vector<float>{3, -4}));
  CHECK(pooled_without("mean") == (std::vector<float>{4, 2.5F}));
  CHECK(pooled_without("weightedmean") == (std::vector<float>{(6 + 15) / 5.0F, (-8 + 27) / 5.0F}));
}

TEST(a_row_without_tokens_gives_zeros) {
  const std::array<std::int64_t, 3> mask{0, 0, 0};
  for (const char* name : {"mean", "cls", "max", "weightedmean", "lasttoken"}) {
    std::vector<float> out{5, 5};
    pool({kValues.data(), mask.data(), 1, 3, 2}, pooling_from_name(name), out.data());
    CHECK(out == (std::vector<float>{0, 0}));
  }
}

TEST(an_unknown_name_lists_the_known_ones) {
  CHECK_ERROR(ErrorKind::InvalidArgument, "unknown pooling 'median'; known: mean cls",
              pooling_from_name("median"));
}

TEST(normalize_gives_length_one_and_leaves_zeros) {
  std::vector<float> values{3, 4, 0, 0};
  normalize(values, 2);
  CHECK(values == (std::vector<float>{0.6F, 0.8F, 0, 0}));
}
