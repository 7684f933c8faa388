#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "generation/step_model.h"

namespace onnxformers::generation {

/// The token with the highest score, the first among equals.
/// Throws InvalidArgument for NaN or +inf ("non-finite logits") and when all are -inf.
[[nodiscard]] Token argmax(std::span<const float> scores);

/// A token with probability softmax(scores); -inf is never drawn. The same on every CPU.
/// Throws like `argmax`.
/// @param uniform in [0, 1), see random_number.
[[nodiscard]] Token draw(std::span<const float> scores, double uniform);

/// log(sum(exp(scores))), summed in double precision. Throws like `argmax`.
[[nodiscard]] float log_sum_exp(std::span<const float> scores);

/// scores - log_sum_exp(scores), as torch.log_softmax rounds it. Throws like `argmax`.
void log_softmax_in_place(std::span<float> scores);

/// A token that a search may go on with.
struct Candidate {
  float score = 0.0F;
  std::size_t row = 0;
  Token token = 0;
};

/// The `count` best of all rows, best first; among equals the lower row, then the lower token.
/// Fewer when there are fewer tokens. Scores of -inf count like any other. Throws for NaN.
/// @param offsets added to the scores of each row; empty: none.
void top_candidates(const Logits& scores, std::span<const float> offsets, std::size_t count,
                    std::vector<Candidate>& out);

/// The same of the log-probabilities of logits, as log_softmax_in_place rounds them, without
/// writing them. Throws like `argmax`.
void top_log_probabilities(const Logits& logits, std::span<const float> offsets, std::size_t count,
                           std::vector<Candidate>& out);

}  // namespace onnxformers::generation
