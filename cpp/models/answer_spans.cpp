#include "models/answer_spans.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <tuple>

namespace onnxformers::models {

namespace {

using Scores = std::vector<float>;

/// Of no token in the context: less than every probability.
constexpr float kNever = -1.0F;

/// Probabilities; 0 for tokens that do not count, and for all where a logit is no finite number.
Scores softmax(const float* logits, const AnswerLogits& row) {
  float highest = -std::numeric_limits<float>::infinity();
  for (std::size_t i = 0; i < row.length; ++i) {
    highest = row.counted[i] ? std::max(highest, logits[i]) : highest;
  }
  std::vector<double> exponentials(row.length);
  double sum = 0.0;
  for (std::size_t i = 0; i < row.length; ++i) {
    if (row.counted[i]) {
      exponentials[i] = std::exp(static_cast<double>(logits[i]) - static_cast<double>(highest));
      sum += exponentials[i];
    }
  }
  Scores probabilities(row.length);
  if (!std::isfinite(sum)) {
    return probabilities;
  }
  for (std::size_t i = 0; i < row.length; ++i) {
    probabilities[i] = row.counted[i] ? static_cast<float>(exponentials[i] / sum) : 0.0F;
  }
  return probabilities;
}

/// The largest of each value and the `width` - 1 behind it.
Scores window_maxima(const Scores& values, std::size_t width) {
  Scores maxima(values.size());
  // Places from right to left whose values rise: those that may still become the largest.
  std::vector<std::size_t> rising(values.size());
  std::size_t front = 0;
  std::size_t back = 0;
  for (std::size_t i = values.size(); i-- > 0;) {
    while (back > front && values[rising[back - 1]] <= values[i]) {
      --back;
    }
    rising[back++] = i;
    if (rising[front] - i >= width) {
      ++front;
    }
    maxima[i] = values[rising[front]];
  }
  return maxima;
}

bool is_better(const AnswerSpan& a, const AnswerSpan& b) {
  return std::tuple(-a.score, a.first, a.last) < std::tuple(-b.score, b.first, b.last);
}

void keep_best(std::vector<AnswerSpan>& spans, std::size_t count) {
  const std::size_t kept = std::min(count, spans.size());
  const auto middle = spans.begin() + static_cast<std::ptrdiff_t>(kept);
  std::partial_sort(spans.begin(), middle, spans.end(), is_better);
  spans.resize(kept);
}

}  // namespace

Answers best_answers(const AnswerLogits& row, const AnswerLimits& limits) {
  if (row.length == 0) {
    return {.spans = {}, .null_score = 0.0F};
  }
  const Scores starts = softmax(row.start, row);
  Scores ends = softmax(row.end, row);
  Answers answers{.spans = {}, .null_score = starts[row.row_begin] * ends[row.row_begin]};
  for (std::size_t i = 0; i < row.length; ++i) {
    ends[i] = row.context[i] ? ends[i] : kNever;
  }
  const std::size_t width = std::clamp<std::size_t>(limits.max_tokens, 1, row.length);
  const Scores best_ends = window_maxima(ends, width);
  std::vector<AnswerSpan> begins;
  for (std::size_t i = 0; i < row.length; ++i) {
    if (row.context[i]) {
      begins.push_back({.score = starts[i] * best_ends[i], .first = i, .last = i});
    }
  }
  keep_best(begins, limits.top_k);
  for (const AnswerSpan& begin : begins) {
    const std::size_t stop = begin.first + std::min(width, row.length - begin.first);
    for (std::size_t last = begin.first; last < stop; ++last) {
      if (row.context[last]) {
        answers.spans.push_back(
            {.score = starts[begin.first] * ends[last], .first = begin.first, .last = last});
      }
    }
  }
  keep_best(answers.spans, limits.top_k);
  return answers;
}

}  // namespace onnxformers::models
