#pragma once

#include <vector>

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// No n-gram occurs twice in a row's tokens.
class NoRepeatNGramLogitsProcessor final : public LogitsProcessor {
 public:
  explicit NoRepeatNGramLogitsProcessor(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  std::size_t ngram_size_;
};

/// No n-gram of the encoder's input is said again.
class EncoderNoRepeatNGramLogitsProcessor final : public LogitsProcessor {
 public:
  explicit EncoderNoRepeatNGramLogitsProcessor(const Options& options);

  void process_rows(const Sequences& sequences, const Logits& logits) override;
  /// Against the first row of the encoder.
  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  std::size_t ngram_size_;
  std::vector<Tokens> encoder_ids_;
};

}  // namespace onnxformers::generation
