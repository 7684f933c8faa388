#pragma once

#include <vector>

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// Away from what an empty prompt would say: of twice as many rows of scores as there are
/// sequences, the first half goes on from the prompts, the second from empty ones. The result
/// stands in the first half.
/// Source: transformers' ClassifierFreeGuidanceLogitsProcessor; https://arxiv.org/abs/2306.05284.
class ClassifierFreeGuidanceLogitsProcessor final : public LogitsProcessor {
 public:
  explicit ClassifierFreeGuidanceLogitsProcessor(const Options& options);

  [[nodiscard]] std::size_t rows_per_sequence() const override { return 2; }
  void process_rows(const Sequences& sequences, const Logits& logits) override;
  /// The scores of both, one behind the other.
  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  float scale_;
};

/// The same with a second run of the model, whose prompt is a negative one or only the last token.
/// Source: transformers' UnbatchedClassifierFreeGuidanceLogitsProcessor;
/// https://arxiv.org/abs/2306.17806.
class UnbatchedClassifierFreeGuidanceLogitsProcessor final : public LogitsProcessor {
 public:
  /// @param model reads the unconditional rows; kept by the caller.
  /// @param negative copied; without rows: the last token of each prompt.
  UnbatchedClassifierFreeGuidanceLogitsProcessor(double guidance_scale, StepModel& model,
                                                 const Prompts& negative);

  void process_rows(const Sequences& sequences, const Logits& logits) override;
  /// Refused: the model scores all rows at once.
  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  Logits unconditional(const Sequences& sequences);

  float scale_;
  StepModel& model_;
  std::vector<Token> negative_ids_;
  std::vector<std::int64_t> negative_mask_;
  Prompts negative_;
  bool is_first_ = true;
};

}  // namespace onnxformers::generation
