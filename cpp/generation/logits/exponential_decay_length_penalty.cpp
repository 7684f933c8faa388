#include "generation/logits/exponential_decay_length_penalty.h"

#include <cmath>

#include "base/errors.h"
#include "generation/logits/parameters.h"

namespace onnxformers::generation {

ExponentialDecayLengthPenalty::ExponentialDecayLengthPenalty(const Options& options)
    : ends_(some_tokens(options, "eos_token_id")) {
  const auto pairs = options.biases("exponential_decay_length_penalty");
  if (pairs.size() != 1 || pairs[0].first.size() != 1 || pairs[0].first[0] < 0) {
    fail(ErrorKind::InvalidArgument, "ExponentialDecayLengthPenalty",
         "exponential_decay_length_penalty must be a pair: the number of tokens it begins after, "
         "and a factor");
  }
  start_ = static_cast<std::size_t>(pairs[0].first[0]) + count(options, "input_ids_seq_length", 0);
  factor_ = pairs[0].second;
}

void ExponentialDecayLengthPenalty::process(std::span<const Token> tokens,
                                            std::span<float> scores) {
  if (tokens.size() <= start_) {
    return;
  }
  const double power = std::pow(factor_, static_cast<double>(tokens.size() - start_));
  const auto growth = static_cast<float>(power - 1.0);
  for (const Token end : ends_) {
    check_token(end, scores, "eos_token_id");
    float& score = scores[static_cast<std::size_t>(end)];
    // One that is forbidden stays so: -inf + inf would be no number.
    score += std::isfinite(score) ? std::abs(score) * growth : 0.0F;
  }
}

}  // namespace onnxformers::generation
