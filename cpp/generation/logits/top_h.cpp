#include "generation/logits/top_h.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/errors.h"
#include "generation/kernels.h"
#include "generation/sampling.h"

namespace onnxformers::generation {

namespace {

/// How many of the scores, best first, hold the share of their entropy; at least one.
std::size_t within_entropy(std::span<const float> best, double share) {
  const ExpSums sums = exp_sums(best, best.front());
  const double log_total = std::log(sums.weights);
  const double limit = (log_total - (sums.weighted / sums.weights)) * share;
  std::array<float, TopHLogitsWarper::kConsidered> weights{};
  exp_shifted(best, best.front(), weights.data());
  double entropy = 0.0;
  std::size_t kept = 0;
  for (; kept < best.size() && weights[kept] > 0.0F; ++kept) {
    const double log_share = static_cast<double>(best[kept] - best.front()) - log_total;
    entropy -= static_cast<double>(weights[kept]) / sums.weights * log_share;
    if (static_cast<float>(entropy) > static_cast<float>(limit)) {
      break;
    }
  }
  return std::max<std::size_t>(kept, 1);
}

}  // namespace

TopHLogitsWarper::TopHLogitsWarper(const Options& options)
    : filter_(options), top_h_(share(options, "top_h")) {
  if (top_h_ == 0.0) {
    fail(ErrorKind::InvalidArgument, "TopHLogitsWarper", "top_h must be above 0, got 0");
  }
}

void TopHLogitsWarper::process(std::span<const Token> /*tokens*/, std::span<float> scores) {
  (void)find_peak(scores);
  std::vector<Candidate> best;
  top_candidates(
      {.data = scores.data(), .rows = 1, .vocab_size = scores.size(), .stride = scores.size()}, {},
      kConsidered, best);
  std::vector<float> sorted(best.size());
  std::ranges::transform(best, sorted.begin(), &Candidate::score);
  best.resize(within_entropy(sorted, top_h_));
  std::ranges::fill(scores, filter_.filter_value);
  for (const Candidate& candidate : best) {
    scores[static_cast<std::size_t>(candidate.token)] = candidate.score;
  }
}

}  // namespace onnxformers::generation
