#pragma once

#include <map>
#include <utility>
#include <vector>

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// Adds a bias to the token that would complete a sequence.
class SequenceBiasLogitsProcessor : public LogitsProcessor {
 public:
  explicit SequenceBiasLogitsProcessor(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 protected:
  SequenceBiasLogitsProcessor() = default;
  /// The last bias given for a sequence counts.
  void set(const Tokens& sequence, double bias);

 private:
  /// Biases by the last token of their sequences, and within by what stands before it.
  std::map<Token, std::map<Tokens, float>> biases_;
};

/// Sequences that must not be said. One that is only the end of the text may be.
class NoBadWordsLogitsProcessor final : public SequenceBiasLogitsProcessor {
 public:
  explicit NoBadWordsLogitsProcessor(const Options& options);
};

}  // namespace onnxformers::generation
