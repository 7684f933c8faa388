#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "generation/step_model.h"

namespace onnxformers::models {

/// How the tokens of several codebooks make sound: one row of tokens for each codebook, each a step
/// behind the row above it.
struct CodebookPattern {
  std::size_t codebooks = 1;
  generation::Token filler = 0;  ///< read where a codebook has not begun yet, or is over
  std::size_t length = 0;        ///< tokens that a row gets in all, that it began with among them
  float guidance = 1.0F;         ///< above 1: how far to lead away from sound without a prompt
};

/// A model of music seen as any other: the searches choose a token for each row, the model reads
/// the pattern of them. With guidance the model has each row twice, the second time without its
/// prompt, and what is scored is led away from that.
///
/// Source: Copet et al., 2023, section 2.1; transformers' MusicgenForCausalLM
/// (build_delay_pattern_mask) and ClassifierFreeGuidanceLogitsProcessor.
class CodebookSteps final : public generation::StepModel {
 public:
  /// @param model reads rows of codebooks; outlives this.
  /// Throws InvalidArgument for a pattern without codebooks, or one too short for all of them.
  CodebookSteps(generation::StepModel& model, const CodebookPattern& pattern);

  [[nodiscard]] std::size_t rows() const override { return model_->rows() / copies(); }
  generation::Logits admit(const generation::Prompts& prompts) override;
  generation::Logits step(std::span<const generation::Token> tokens,
                          std::span<const std::size_t> parents) override;
  generation::Logits extend(std::span<const generation::Token> tokens) override;
  void crop(std::size_t length) override;
  [[nodiscard]] Hidden hidden() const override { return model_->hidden(); }

 private:
  [[nodiscard]] std::size_t copies() const { return pattern_.guidance > 1.0F ? 2 : 1; }
  [[nodiscard]] bool is_filled(std::size_t row) const;
  [[nodiscard]] generation::Logits guided(const generation::Logits& logits) const;

  generation::StepModel* model_;
  CodebookPattern pattern_;
  std::size_t position_ = 0;  ///< of the token that is read next
  std::vector<generation::Token> tokens_;
};

}  // namespace onnxformers::models
