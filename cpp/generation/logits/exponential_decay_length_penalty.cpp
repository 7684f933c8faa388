#include "generation/logits/exponential_decay_length_penalty.h"

#include <cmath>
#include <utility>

#include "base/errors.h"
#include "generation/logits/parameters.h"

namespace onnxformers::generation {

namespace {

/// Of two whole numbers, too; none of anything else.
std::pair<Tokens, double> start_and_factor(const Options& options) {
  constexpr std::string_view kName = "exponential_decay_length_penalty";
  const OptionValue* value = options.value(kName);
  const auto* whole = value == nullptr ? nullptr : std::get_if<Tokens>(value);
  if (whole != nullptr && whole->size() == 2) {
    return {{whole->front()}, static_cast<double>(whole->back())};
  }
  const auto pairs = options.biases(kName);
  return pairs.size() == 1 ? pairs.front() : std::pair<Tokens, double>{};
}

}  // namespace

ExponentialDecayLengthPenalty::ExponentialDecayLengthPenalty(const Options& options)
    : ends_(some_tokens(options, "eos_token_id")) {
  const std::pair<Tokens, double> pair = start_and_factor(options);
  if (pair.first.size() != 1 || pair.first[0] < 0) {
    fail(ErrorKind::InvalidArgument, "ExponentialDecayLengthPenalty",
         "exponential_decay_length_penalty must be a pair: the number of tokens it begins after, "
         "and a factor");
  }
  start_ = static_cast<std::size_t>(pair.first[0]) + count(options, "input_ids_seq_length", 0);
  factor_ = pair.second;
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
