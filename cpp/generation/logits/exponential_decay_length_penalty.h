#pragma once

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// Makes the end of the text more likely with every token behind a first length.
class ExponentialDecayLengthPenalty final : public LogitsProcessor {
 public:
  explicit ExponentialDecayLengthPenalty(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  std::size_t start_ = 0;
  double factor_ = 1.0;
  Tokens ends_;
};

}  // namespace onnxformers::generation
