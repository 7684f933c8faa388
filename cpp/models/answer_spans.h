#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace onnxformers::models {

/// Tokens `first` to `last` of a row as an answer.
struct AnswerSpan {
  float score;  ///< probability of the first token as a begin times that of the last one as an end
  std::size_t first;
  std::size_t last;
};

/// What a model for question answering gave for one row.
struct AnswerLogits {
  const float* start;   ///< shape (length,)
  const float* end;     ///< shape (length,)
  const bool* context;  ///< shape (length,): tokens of which an answer may be made
  const bool* counted;  ///< shape (length,): tokens over which the softmax goes
  std::size_t length;
  std::size_t row_begin;  ///< the first token behind padding, less than length
};

struct AnswerLimits {
  std::size_t top_k;       ///< spans at most
  std::size_t max_tokens;  ///< tokens of a span at most
};

struct Answers {
  std::vector<AnswerSpan> spans;  ///< best first; of equal ones the first, then the shortest
  float null_score = 0;           ///< of "no answer": both ends at the row's first token
};

/// Searches all spans of a context: O(length) steps for the best one, and `top_k` times
/// `max_tokens` more for others, as an answer of rank k begins at one of the k tokens whose best
/// span is best. Padding changes no bit.
[[nodiscard]] Answers best_answers(const AnswerLogits& row, const AnswerLimits& limits);

}  // namespace onnxformers::models
