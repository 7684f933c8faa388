#pragma once

#include "generation/logits/parameters.h"
#include "generation/logits/processor.h"

namespace onnxformers::generation {

/// Of the hundred best tokens, the first ones, as long as they hold no more than a share of the
/// entropy of all hundred.
/// Source: "Top-H Decoding", https://arxiv.org/abs/2509.02510; transformers 5's TopHLogitsWarper.
class TopHLogitsWarper final : public LogitsProcessor {
 public:
  static constexpr std::size_t kConsidered = 100;

  explicit TopHLogitsWarper(const Options& options);

  [[nodiscard]] std::size_t leaves() const override { return kConsidered; }
  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  FilterParameters filter_;
  double top_h_;
};

}  // namespace onnxformers::generation
