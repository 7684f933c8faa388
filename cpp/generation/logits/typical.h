#pragma once

#include <vector>

#include "generation/logits/parameters.h"
#include "generation/logits/processor.h"
#include "generation/logits/weighted_order.h"

namespace onnxformers::generation {

/// Only the tokens whose information is nearest to what is to be expected, as many as have the
/// probability `mass` together.
/// Source: Meister et al., "Locally Typical Sampling", 2022.
class TypicalLogitsWarper final : public LogitsProcessor {
 public:
  explicit TypicalLogitsWarper(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  FilterParameters filter_;
  float mass_;
  std::vector<float> weights_;
  std::vector<WeightedToken> order_;
};

}  // namespace onnxformers::generation
