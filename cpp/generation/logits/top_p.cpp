#include "generation/logits/top_p.h"

#include <algorithm>

#include "generation/kernels.h"

namespace onnxformers::generation {

TopPLogitsWarper::TopPLogitsWarper(const Options& options)
    : filter_(options), top_p_(share(options, "top_p")) {}

std::size_t TopPLogitsWarper::split(std::span<const float> scores, float lowest_weight,
                                    double total) {
  kept_.resize(scores.size());
  std::size_t size = 0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    kept_[size] = {.key = scores[i], .weight = weights_[i], .token = static_cast<std::uint32_t>(i)};
    size += weights_[i] > lowest_weight ? 1 : 0;
  }
  kept_.resize(size);
  const double before = total - weight_of(kept_);
  return split_by_weight(kept_, {.total = total,
                                 .before = before,
                                 .share = static_cast<float>(1.0 - top_p_),
                                 .is_allowed = true});
}

void TopPLogitsWarper::process(std::span<const Token> /*tokens*/, std::span<float> scores) {
  const float peak = find_peak(scores).value;
  weights_.resize(scores.size());
  const double total = exp_shifted(scores, peak, weights_.data());
  // Tokens of less than their share of what may go: even all of them together do not weigh that.
  constexpr double kSlack = 0.999;
  const double budget = (1.0 - top_p_) * total * kSlack;
  std::size_t going =
      split(scores, static_cast<float>(budget / static_cast<double>(scores.size())), total);
  if (kept_.size() < going + filter_.min_tokens_to_keep) {
    going = split(scores, -1.0F, total);
    const std::size_t most = kept_.size() - std::min(kept_.size(), filter_.min_tokens_to_keep);
    if (most < going) {
      going = most;
      split_by_count(kept_, going);
    }
  }
  std::ranges::fill(scores, filter_.filter_value);
  for (const WeightedToken& token : std::span(kept_).subspan(going)) {
    scores[token.token] = token.key;
  }
}

}  // namespace onnxformers::generation
