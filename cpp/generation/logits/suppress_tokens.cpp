#include "generation/logits/suppress_tokens.h"

#include "generation/logits/parameters.h"

namespace onnxformers::generation {

SuppressTokensLogitsProcessor::SuppressTokensLogitsProcessor(const Options& options)
    : tokens_(options.tokens("suppress_tokens")) {}

void SuppressTokensLogitsProcessor::process(std::span<const Token> /*tokens*/,
                                            std::span<float> scores) {
  forbid(tokens_, scores);
}

SuppressTokensAtBeginLogitsProcessor::SuppressTokensAtBeginLogitsProcessor(const Options& options)
    : tokens_(options.tokens("begin_suppress_tokens")),
      begin_index_(count(options, "begin_index", 0)) {}

void SuppressTokensAtBeginLogitsProcessor::process(std::span<const Token> tokens,
                                                   std::span<float> scores) {
  if (tokens.size() == begin_index_) {
    forbid(tokens_, scores);
  }
}

}  // namespace onnxformers::generation
