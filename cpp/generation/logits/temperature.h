#pragma once

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// Scores divided by the temperature: below 1 the best tokens gain.
class TemperatureLogitsWarper final : public LogitsProcessor {
 public:
  explicit TemperatureLogitsWarper(const Options& options);

  [[nodiscard]] bool keeps_order() const override { return true; }
  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  float temperature_;
};

}  // namespace onnxformers::generation
