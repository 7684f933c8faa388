#include "generation/logits/cutoffs.h"

#include <algorithm>
#include <cmath>

#include "generation/score_blocks.h"

namespace onnxformers::generation {

void ProbabilityCutoff::process(std::span<const Token> /*tokens*/, std::span<float> scores) {
  const float peak = find_peak(scores).value;
  const std::size_t kept = filter_.min_tokens_to_keep;
  const float lowest_kept = kept == 1 ? peak : kth_highest(scores, kept);
  const auto lowest = static_cast<float>(lowest_weight(exp_sums(scores, peak)));
  weights_.resize(scores.size());
  exp_shifted(scores, peak, weights_.data());
  fill_light(scores, weights_, lowest, lowest_kept, filter_.filter_value);
}

MinPLogitsWarper::MinPLogitsWarper(const Options& options)
    : ProbabilityCutoff(options), min_p_(share(options, "min_p")) {}

double MinPLogitsWarper::lowest_weight(const ExpSums& /*sums*/) const { return min_p_; }

EpsilonLogitsWarper::EpsilonLogitsWarper(const Options& options)
    : ProbabilityCutoff(options), epsilon_(proper_share(options, "epsilon")) {}

double EpsilonLogitsWarper::lowest_weight(const ExpSums& sums) const {
  return epsilon_ * sums.weights;
}

EtaLogitsWarper::EtaLogitsWarper(const Options& options)
    : ProbabilityCutoff(options), epsilon_(proper_share(options, "epsilon")) {}

double EtaLogitsWarper::lowest_weight(const ExpSums& sums) const {
  const double entropy = std::log(sums.weights) - (sums.weighted / sums.weights);
  return std::min(epsilon_, std::sqrt(epsilon_) * std::exp(-entropy)) * sums.weights;
}

}  // namespace onnxformers::generation
