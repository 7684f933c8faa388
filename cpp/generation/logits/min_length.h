#pragma once

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// The text does not end before it has this many tokens, prompt included.
class MinLengthLogitsProcessor : public LogitsProcessor {
 public:
  explicit MinLengthLogitsProcessor(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 protected:
  MinLengthLogitsProcessor(std::size_t min_length, const Options& options);

 private:
  std::size_t min_length_;
  Tokens ends_;
};

/// The same for the tokens behind the prompt.
class MinNewTokensLengthLogitsProcessor final : public MinLengthLogitsProcessor {
 public:
  explicit MinNewTokensLengthLogitsProcessor(const Options& options);
};

}  // namespace onnxformers::generation
