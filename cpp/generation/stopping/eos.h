#pragma once

#include "generation/options.h"
#include "generation/stopping.h"

namespace onnxformers::generation {

/// Ends a row at one of some tokens.
/// Source: Python transformers 4.46.3, EosTokenCriteria.
class EosToken final : public StoppingCriterion {
 public:
  explicit EosToken(Tokens tokens) : tokens_(std::move(tokens)) {}
  void check(const Sequences& sequences, const Logits& scores, std::span<char> done) const override;

 private:
  Tokens tokens_;
};

}  // namespace onnxformers::generation
