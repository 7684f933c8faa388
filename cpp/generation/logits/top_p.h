#pragma once

#include <vector>

#include "generation/logits/parameters.h"
#include "generation/logits/processor.h"
#include "generation/logits/weighted_order.h"

namespace onnxformers::generation {

/// Only the best tokens, as many as have the probability top_p together.
/// Source: Holtzman et al., "The Curious Case of Neural Text Degeneration", 2019; transformers'
/// TopPLogitsWarper, which takes the lowest tokens away while they weigh at most 1 - top_p.
class TopPLogitsWarper final : public LogitsProcessor {
 public:
  explicit TopPLogitsWarper(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  /// The tokens above a weight, and how many of them go.
  std::size_t split(std::span<const float> scores, float lowest_weight, double total);

  FilterParameters filter_;
  double top_p_;
  std::vector<float> weights_;
  std::vector<WeightedToken> kept_;
};

}  // namespace onnxformers::generation
