#include "generation/logits/forced_tokens.h"

#include "base/errors.h"
#include "generation/logits/parameters.h"

namespace onnxformers::generation {

ForcedBOSTokenLogitsProcessor::ForcedBOSTokenLogitsProcessor(const Options& options)
    : bos_token_id_(token(options, "bos_token_id")) {}

void ForcedBOSTokenLogitsProcessor::process(std::span<const Token> tokens,
                                            std::span<float> scores) {
  if (tokens.size() == 1) {
    force({&bos_token_id_, 1}, scores, "forced_bos_token_id");
  }
}

ForcedEOSTokenLogitsProcessor::ForcedEOSTokenLogitsProcessor(const Options& options)
    : max_length_(count(options, "max_length", 1)), ends_(some_tokens(options, "eos_token_id")) {}

void ForcedEOSTokenLogitsProcessor::process(std::span<const Token> tokens,
                                            std::span<float> scores) {
  if (tokens.size() + 1 == max_length_) {
    force(ends_, scores, "forced_eos_token_id");
  }
}

ForceTokensLogitsProcessor::ForceTokensLogitsProcessor(const Options& options) {
  for (const Tokens& pair : options.token_lists("force_token_map")) {
    if (pair.size() != 2 || pair[0] < 0 || pair[1] < 0) {
      fail(ErrorKind::InvalidArgument, "ForceTokensLogitsProcessor",
           "force_token_map (forced_decoder_ids) must hold pairs of a position and a token id");
    }
    tokens_.insert_or_assign(static_cast<std::size_t>(pair[0]), pair[1]);
  }
}

void ForceTokensLogitsProcessor::process(std::span<const Token> tokens, std::span<float> scores) {
  const auto found = tokens_.find(tokens.size());
  if (found != tokens_.end()) {
    force({&found->second, 1}, scores, "forced_decoder_ids");
  }
}

}  // namespace onnxformers::generation
