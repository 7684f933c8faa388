#pragma once

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// Tokens that never come.
class SuppressTokensLogitsProcessor final : public LogitsProcessor {
 public:
  explicit SuppressTokensLogitsProcessor(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  Tokens tokens_;
};

/// Tokens that do not come first.
class SuppressTokensAtBeginLogitsProcessor final : public LogitsProcessor {
 public:
  explicit SuppressTokensAtBeginLogitsProcessor(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  Tokens tokens_;
  std::size_t begin_index_;
};

}  // namespace onnxformers::generation
