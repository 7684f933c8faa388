#pragma once

#include <cstddef>
#include <functional>
#include <span>

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// The tokens that may follow what a row has so far; `batch` is the prompt it goes back to.
using AllowedTokens = std::function<Tokens(std::size_t batch, std::span<const Token> tokens)>;

/// Only tokens that a function allows.
class PrefixConstrainedLogitsProcessor final : public LogitsProcessor {
 public:
  explicit PrefixConstrainedLogitsProcessor(AllowedTokens allowed);

  void process_rows(const Sequences& sequences, const Logits& logits) override;
  /// As a row of the first prompt.
  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  void constrain(std::size_t batch, std::span<const Token> tokens, std::span<float> scores);

  AllowedTokens allowed_;
  std::vector<float> kept_;
};

}  // namespace onnxformers::generation
