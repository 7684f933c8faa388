#pragma once

#include "generation/logits/parameters.h"
#include "generation/logits/processor.h"

namespace onnxformers::generation {

/// Only the k best tokens, and those that are as good as the last of them.
class TopKLogitsWarper final : public LogitsProcessor {
 public:
  explicit TopKLogitsWarper(const Options& options);

  [[nodiscard]] std::size_t leaves() const override { return top_k_; }
  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  FilterParameters filter_;
  std::size_t top_k_;
};

}  // namespace onnxformers::generation
