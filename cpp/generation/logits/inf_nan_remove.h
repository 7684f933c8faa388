#pragma once

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// NaN becomes 0, infinity the largest or the lowest number.
class InfNanRemoveLogitsProcessor final : public LogitsProcessor {
 public:
  explicit InfNanRemoveLogitsProcessor(const Options& /*options*/) {}

  void process(std::span<const Token> tokens, std::span<float> scores) override;
};

}  // namespace onnxformers::generation
