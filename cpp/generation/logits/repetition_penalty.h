#pragma once

#include <vector>

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// Scores of the tokens that a row has already: divided by the penalty, or multiplied where they
/// are negative.
/// Source: Keskar et al., "CTRL", 2019; transformers' RepetitionPenaltyLogitsProcessor.
class RepetitionPenaltyLogitsProcessor : public LogitsProcessor {
 public:
  explicit RepetitionPenaltyLogitsProcessor(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 protected:
  explicit RepetitionPenaltyLogitsProcessor(double penalty)
      : penalty_(static_cast<float>(penalty)) {}

 private:
  float penalty_;
  std::vector<float> changed_;
};

/// The inverse for the tokens of the encoder's input, which makes them more likely.
class EncoderRepetitionPenaltyLogitsProcessor final : public RepetitionPenaltyLogitsProcessor {
 public:
  explicit EncoderRepetitionPenaltyLogitsProcessor(const Options& options);

  /// The rows that one input has been repeated to are penalised by it.
  void process_rows(const Sequences& sequences, const Logits& logits) override;

 private:
  std::vector<Tokens> encoder_ids_;
};

}  // namespace onnxformers::generation
