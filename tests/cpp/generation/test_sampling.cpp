#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "check.h"
#include "generation/random.h"
#include "generation/sampling.h"

using namespace onnxformers::generation;
using onnxformers::ErrorKind;

namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Scores of a wide range; `steps` of them differ, so that small ones give many equal scores.
std::vector<float> some_scores(std::size_t size, std::uint64_t seed, double steps = 1e6) {
  std::vector<float> scores(size);
  for (std::size_t i = 0; i < size; ++i) {
    const double uniform = random_number(seed, i, 0);
    scores[i] = static_cast<float>(std::floor(uniform * steps) / steps * 20.0 - 12.0);
  }
  return scores;
}

Logits rows_of(std::vector<float>& scores, std::size_t rows) {
  const std::size_t vocab_size = scores.size() / rows;
  return {scores.data(), rows, vocab_size, vocab_size};
}

}  // namespace

TEST(argmax_is_the_first_of_the_highest) {
  for (const std::size_t size : {1U, 15U, 16U, 255U, 256U, 257U, 20000U, 32003U}) {
    const auto scores = some_scores(size, size, 5);
    const auto expected = std::ranges::max_element(scores) - scores.begin();
    CHECK_EQUAL(argmax(scores), expected);
  }
}

TEST(scores_that_say_nothing_are_refused) {
  for (const std::size_t place : {0U, 17U, 299U}) {
    auto scores = some_scores(300, 1);
    scores[place] = kNan;
    CHECK_ERROR(ErrorKind::InvalidArgument, "non-finite logits", argmax(scores));
    CHECK_ERROR(ErrorKind::InvalidArgument, "non-finite logits", draw(scores, 0.5));
    std::vector<Candidate> out;
    CHECK_ERROR(ErrorKind::InvalidArgument, "non-finite logits",
                (top_candidates(rows_of(scores, 1), {}, 3, out), 0));
    scores[place] = -kForbidden;
    CHECK_ERROR(ErrorKind::InvalidArgument, "non-finite logits", argmax(scores));
  }
  const std::vector<float> nothing(40, kForbidden);
  CHECK_ERROR(ErrorKind::InvalidArgument, "forbid all tokens", argmax(nothing));
  CHECK_ERROR(ErrorKind::InvalidArgument, "forbid all tokens", draw(nothing, 0.0));
}

TEST(draw_goes_through_the_tokens_in_their_order) {
  const std::vector<float> scores{0.0F, kForbidden, std::log(2.0F), std::log(5.0F)};
  CHECK_EQUAL(draw(scores, 0.0), 0);
  CHECK_EQUAL(draw(scores, 0.124), 0);
  CHECK_EQUAL(draw(scores, 0.126), 2);
  CHECK_EQUAL(draw(scores, 0.374), 2);
  CHECK_EQUAL(draw(scores, 0.376), 3);
  CHECK_EQUAL(draw(scores, std::nextafter(1.0, 0.0)), 3);
}

TEST(draw_agrees_with_a_plain_sum_over_the_vocabulary) {
  auto scores = some_scores(5000, 3);
  for (std::size_t i = 0; i < scores.size(); i += 3) {
    scores[i] = kForbidden;
  }
  std::vector<double> sums(scores.size());
  double sum = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    sums[i] = sum += std::exp(static_cast<double>(scores[i]));
  }
  for (std::uint32_t step = 0; step < 300; ++step) {
    const double uniform = random_number(7, 0, step);
    const auto expected = std::ranges::upper_bound(sums, uniform * sum) - sums.begin();
    CHECK_EQUAL(draw(scores, uniform), expected);
  }
}

TEST(log_softmax_is_that_of_double_precision) {
  auto scores = some_scores(1001, 4);
  scores[5] = kForbidden;
  double sum = 0.0;
  for (const float score : scores) {
    sum += std::exp(static_cast<double>(score));
  }
  CHECK(std::abs(static_cast<double>(log_sum_exp(scores)) - std::log(sum)) < 1e-6);
  auto normalized = scores;
  log_softmax_in_place(normalized);
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const double expected = static_cast<double>(scores[i]) - std::log(sum);
    CHECK(scores[i] == kForbidden ? normalized[i] == kForbidden
                                  : std::abs(static_cast<double>(normalized[i]) - expected) < 3e-6);
  }
}

TEST(top_candidates_are_those_of_a_full_sort) {
  for (const double steps : {3.0, 1e6}) {
    for (const std::size_t count : {1U, 4U, 50U, 900U}) {
      auto scores = some_scores(3 * 1234, count, steps);
      scores[7] = kForbidden;
      const std::vector<float> offsets{-1.0F, 2.0F, 0.5F};
      std::vector<Candidate> all;
      for (std::size_t i = 0; i < scores.size(); ++i) {
        all.push_back({scores[i] + offsets[i / 1234], i / 1234, static_cast<Token>(i % 1234)});
      }
      std::ranges::stable_sort(all, [](const auto& a, const auto& b) { return a.score > b.score; });
      std::vector<Candidate> out;
      top_candidates(rows_of(scores, 3), offsets, count, out);
      CHECK_EQUAL(out.size(), count);
      for (std::size_t i = 0; i < count; ++i) {
        CHECK_EQUAL(out[i].score, all[i].score);
        CHECK_EQUAL(out[i].row, all[i].row);
        CHECK_EQUAL(out[i].token, all[i].token);
      }
    }
  }
}

TEST(forbidden_tokens_fill_up_the_candidates) {
  std::vector<float> scores(100, kForbidden);
  scores[60] = 1.0F;
  std::vector<Candidate> out;
  top_candidates(rows_of(scores, 2), {}, 3, out);
  CHECK_EQUAL(out.size(), 3U);
  CHECK_EQUAL(out[0].row, 1U);
  CHECK_EQUAL(out[0].token, 10);
  CHECK_EQUAL(out[1].token, 0);
  CHECK_EQUAL(out[2].token, 1);
  top_candidates(rows_of(scores, 2), {}, 1000, out);
  CHECK_EQUAL(out.size(), 100U);
}

TEST(top_log_probabilities_are_those_that_log_softmax_writes) {
  const std::vector<float> offsets{-3.0F, 0.25F, -1e9F};
  for (std::size_t count : {1U, 8U, 200U}) {
    std::vector<float> scores = some_scores(3 * 1234, count);
    scores[5] = kForbidden;
    std::vector<Candidate> out;
    top_log_probabilities(rows_of(scores, 3), offsets, count, out);
    const Logits rows = rows_of(scores, 3);
    for (std::size_t i = 0; i < rows.rows; ++i) {
      log_softmax_in_place(rows.row(i));
    }
    std::vector<Candidate> expected;
    top_candidates(rows, offsets, count, expected);
    CHECK_EQUAL(out.size(), count);
    for (std::size_t i = 0; i < count; ++i) {
      CHECK_EQUAL(out[i].score, expected[i].score);
      CHECK_EQUAL(out[i].row, expected[i].row);
      CHECK_EQUAL(out[i].token, expected[i].token);
    }
  }
  std::vector<float> forbidden(100, kForbidden);
  std::vector<Candidate> out;
  CHECK_ERROR(ErrorKind::InvalidArgument, "non-finite logits",
              (top_log_probabilities(rows_of(forbidden, 1), {}, 3, out), 0));
}
