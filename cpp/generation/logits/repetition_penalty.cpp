#include "generation/logits/repetition_penalty.h"

#include "generation/logits/parameters.h"

namespace onnxformers::generation {

RepetitionPenaltyLogitsProcessor::RepetitionPenaltyLogitsProcessor(const Options& options)
    : RepetitionPenaltyLogitsProcessor(positive(options, "penalty")) {}

void RepetitionPenaltyLogitsProcessor::process(std::span<const Token> tokens,
                                               std::span<float> scores) {
  // All are read before one is written: a token that occurs twice is penalised once.
  changed_.clear();
  for (const Token token : tokens) {
    const float score = has_score(token, scores) ? scores[static_cast<std::size_t>(token)] : 0.0F;
    changed_.push_back(score < 0.0F ? score * penalty_ : score / penalty_);
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (has_score(tokens[i], scores)) {
      scores[static_cast<std::size_t>(tokens[i])] = changed_[i];
    }
  }
}

EncoderRepetitionPenaltyLogitsProcessor::EncoderRepetitionPenaltyLogitsProcessor(
    const Options& options)
    : RepetitionPenaltyLogitsProcessor(1.0 / positive(options, "penalty")),
      encoder_ids_(encoder_rows(options)) {}

void EncoderRepetitionPenaltyLogitsProcessor::process_rows(const Sequences& sequences,
                                                           const Logits& logits) {
  for (std::size_t i = 0; i < logits.rows; ++i) {
    process(encoder_row(encoder_ids_, sequences.prompt_of(i)), logits.row(i));
  }
}

}  // namespace onnxformers::generation
