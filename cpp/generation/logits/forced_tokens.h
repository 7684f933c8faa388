#pragma once

#include <map>

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// The first token after that which starts a decoder.
class ForcedBOSTokenLogitsProcessor final : public LogitsProcessor {
 public:
  explicit ForcedBOSTokenLogitsProcessor(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  Token bos_token_id_;
};

/// The last token that max_length leaves room for.
class ForcedEOSTokenLogitsProcessor final : public LogitsProcessor {
 public:
  explicit ForcedEOSTokenLogitsProcessor(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  std::size_t max_length_;
  Tokens ends_;
};

/// Tokens at positions: pairs of both.
/// Source: ForceTokensLogitsProcessor of transformers before 4.46 (forced_decoder_ids).
class ForceTokensLogitsProcessor final : public LogitsProcessor {
 public:
  explicit ForceTokensLogitsProcessor(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  std::map<std::size_t, Token> tokens_;
};

}  // namespace onnxformers::generation
