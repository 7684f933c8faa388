#pragma once

#include "generation/logits/processor.h"
#include "generation/options.h"
#include "generation/sampling.h"

namespace onnxformers::generation {

/// Scores become logarithms of probabilities; always the last one.
class LogitNormalization final : public LogitsProcessor {
 public:
  explicit LogitNormalization(const Options& /*options*/) {}

  void process(std::span<const Token> /*tokens*/, std::span<float> scores) override {
    log_softmax_in_place(scores);
  }
};

}  // namespace onnxformers::generation
