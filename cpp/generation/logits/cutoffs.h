#pragma once

#include <vector>

#include "generation/kernels.h"
#include "generation/logits/parameters.h"
#include "generation/logits/processor.h"

namespace onnxformers::generation {

/// Takes away the tokens below some probability, but never the best `min_tokens_to_keep`.
class ProbabilityCutoff : public LogitsProcessor {
 public:
  void process(std::span<const Token> tokens, std::span<float> scores) final;

 protected:
  explicit ProbabilityCutoff(const Options& options) : filter_(options) {}

  /// The lowest weight that stays, where the best token weighs 1.
  [[nodiscard]] virtual double lowest_weight(const ExpSums& sums) const = 0;

 private:
  FilterParameters filter_;
  std::vector<float> weights_;
};

/// Tokens below a share of the best one's probability.
/// Source: Nguyen et al., "Min P Sampling", https://arxiv.org/abs/2407.01082.
class MinPLogitsWarper final : public ProbabilityCutoff {
 public:
  explicit MinPLogitsWarper(const Options& options);

 protected:
  [[nodiscard]] double lowest_weight(const ExpSums& sums) const override;

 private:
  double min_p_;
};

/// Tokens below a probability.
/// Source: Hewitt et al., "Truncation Sampling as Language Model Desmoothing", 2022.
class EpsilonLogitsWarper final : public ProbabilityCutoff {
 public:
  explicit EpsilonLogitsWarper(const Options& options);

 protected:
  [[nodiscard]] double lowest_weight(const ExpSums& sums) const override;

 private:
  double epsilon_;
};

/// Tokens below a probability that shrinks with the entropy. From the same source.
class EtaLogitsWarper final : public ProbabilityCutoff {
 public:
  explicit EtaLogitsWarper(const Options& options);

 protected:
  [[nodiscard]] double lowest_weight(const ExpSums& sums) const override;

 private:
  double epsilon_;
};

}  // namespace onnxformers::generation
