#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <tuple>
#include <vector>

#include "check.h"
#include "models/answer_spans.h"

using namespace onnxformers::models;

namespace {

constexpr std::size_t kLength = 6;
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// CLS, a token of the question, three of the context, and padding that holds NaN.
struct Row {
  std::array<float, kLength> start{0, 9, 1, 2, 1, kNan};
  std::array<float, kLength> end{0, 9, 1, 1, 2, kNan};
  std::array<bool, kLength> context{false, false, true, true, true, false};
  std::array<bool, kLength> counted{true, false, true, true, true, false};

  [[nodiscard]] Answers best(std::size_t top_k, std::size_t max_tokens) const {
    return best_answers({.start = start.data(),
                         .end = end.data(),
                         .context = context.data(),
                         .counted = counted.data(),
                         .length = kLength,
                         .row_begin = 0},
                        {.top_k = top_k, .max_tokens = max_tokens});
  }
};

float share(double logit) {
  return static_cast<float>(std::exp(logit - 2) /
                            (std::exp(-2.0) + std::exp(-1.0) + 1 + std::exp(-1.0)));
}

std::vector<std::tuple<std::size_t, std::size_t>> places(const Answers& answers) {
  std::vector<std::tuple<std::size_t, std::size_t>> places;
  for (const AnswerSpan& span : answers.spans) {
    places.emplace_back(span.first, span.last);
  }
  return places;
}

}  // namespace

TEST(the_best_span_is_that_of_the_likeliest_ends) {
  const Answers answers = Row().best(1, 9);
  CHECK(places(answers) == (std::vector<std::tuple<std::size_t, std::size_t>>{{3, 4}}));
  CHECK_EQUAL(answers.spans[0].score, share(2) * share(2));
  CHECK_EQUAL(answers.null_score, share(0) * share(0));
}

TEST(equal_spans_come_in_their_order) {
  // 3-3, 2-4 and 4-4 are equal, and so are 2-2 and 2-3.
  CHECK(places(Row().best(9, 9)) == (std::vector<std::tuple<std::size_t, std::size_t>>{
                                        {3, 4}, {2, 4}, {3, 3}, {4, 4}, {2, 2}, {2, 3}}));
}

TEST(spans_are_no_longer_than_asked) {
  CHECK(places(Row().best(9, 1)) ==
        (std::vector<std::tuple<std::size_t, std::size_t>>{{3, 3}, {4, 4}, {2, 2}}));
}

TEST(a_row_without_context_has_no_spans) {
  Row row;
  row.context.fill(false);
  CHECK(row.best(3, 9).spans.empty());
  row.counted.fill(false);
  CHECK(row.best(3, 9).spans.empty());
  CHECK_EQUAL(row.best(3, 9).null_score, 0.0F);
  CHECK(best_answers({nullptr, nullptr, nullptr, nullptr, 0, 0}, {1, 1}).spans.empty());
}

TEST(logits_that_are_no_numbers_give_no_probability) {
  for (const float logit : {kNan, std::numeric_limits<float>::infinity()}) {
    Row row;
    row.start[3] = logit;
    const Answers answers = row.best(9, 9);
    CHECK_EQUAL(answers.spans.size(), 6U);
    CHECK(std::ranges::all_of(answers.spans, [](const AnswerSpan& s) { return s.score == 0.0F; }));
  }
}

TEST(the_search_finds_what_a_search_over_all_finds) {
  std::uint32_t state = 7;
  const auto next = [&state](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 16U) % below;
  };
  for (int round = 0; round < 300; ++round) {
    Row row;
    for (std::size_t i = 0; i < kLength; ++i) {
      row.start[i] = static_cast<float>(next(3));
      row.end[i] = static_cast<float>(next(3));
      row.context[i] = i != 0 && next(4) != 0;
      row.counted[i] = row.context[i] || i == 0;
    }
    const std::size_t max_tokens = 1 + next(kLength);
    const Answers all = row.best(1000, max_tokens);
    CHECK(std::ranges::is_sorted(all.spans, [](const AnswerSpan& a, const AnswerSpan& b) {
      return std::tuple(-a.score, a.first, a.last) < std::tuple(-b.score, b.first, b.last);
    }));
    for (std::size_t top_k = 1; top_k < 6; ++top_k) {
      auto wanted = places(all);
      wanted.resize(std::min(top_k, wanted.size()));
      CHECK(places(row.best(top_k, max_tokens)) == wanted);
    }
  }
}
