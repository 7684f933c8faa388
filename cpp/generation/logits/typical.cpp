#include "generation/logits/typical.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "generation/kernels.h"

namespace onnxformers::generation {

TypicalLogitsWarper::TypicalLogitsWarper(const Options& options)
    : filter_(options),
      mass_(options.has("mass") ? static_cast<float>(proper_share(options, "mass")) : 0.9F) {}

void TypicalLogitsWarper::process(std::span<const Token> /*tokens*/, std::span<float> scores) {
  const float peak = find_peak(scores).value;
  const ExpSums sums = exp_sums(scores, peak);
  // The score that carries as much information as is to be expected: log(total) - entropy is the
  // mean of what the scores are below the peak.
  const double typical = static_cast<double>(peak) + (sums.weighted / sums.weights);
  weights_.resize(scores.size());
  exp_shifted(scores, peak, weights_.data());
  order_.resize(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto distance = static_cast<float>(std::abs(static_cast<double>(scores[i]) - typical));
    order_[i] = {.key = distance, .weight = weights_[i], .token = static_cast<std::uint32_t>(i)};
  }
  const std::size_t within = split_by_weight(
      order_, {.total = sums.weights, .before = 0.0, .share = mass_, .is_allowed = false});
  // The token that crosses the mass stays, those that are as near, and some in any case.
  const std::size_t kept =
      std::min(std::max(within + 1, filter_.min_tokens_to_keep), order_.size());
  split_by_count(order_, kept - 1);
  const float farthest = order_[kept - 1].key;
  for (const WeightedToken& token : order_) {
    if (token.key > farthest) {
      scores[token.token] = filter_.filter_value;
    }
  }
}

}  // namespace onnxformers::generation
