#include "generation/logits/min_length.h"

#include "generation/logits/parameters.h"

namespace onnxformers::generation {

MinLengthLogitsProcessor::MinLengthLogitsProcessor(std::size_t min_length, const Options& options)
    : min_length_(min_length), ends_(some_tokens(options, "eos_token_id")) {}

MinLengthLogitsProcessor::MinLengthLogitsProcessor(const Options& options)
    : MinLengthLogitsProcessor(count(options, "min_length", 0), options) {}

void MinLengthLogitsProcessor::process(std::span<const Token> tokens, std::span<float> scores) {
  if (tokens.size() < min_length_) {
    forbid(ends_, scores);
  }
}

MinNewTokensLengthLogitsProcessor::MinNewTokensLengthLogitsProcessor(const Options& options)
    : MinLengthLogitsProcessor(
          count(options, "prompt_length_to_skip", 0) + count(options, "min_new_tokens", 0),
          options) {}

}  // namespace onnxformers::generation
