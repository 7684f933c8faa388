#include "generation/logits/prefix_constrained.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "base/errors.h"
#include "generation/logits/parameters.h"

namespace onnxformers::generation {

PrefixConstrainedLogitsProcessor::PrefixConstrainedLogitsProcessor(AllowedTokens allowed)
    : allowed_(std::move(allowed)) {}

void PrefixConstrainedLogitsProcessor::process_rows(const Sequences& sequences,
                                                    const Logits& logits) {
  for (std::size_t i = 0; i < logits.rows; ++i) {
    constrain(sequences.prompt_of(i), sequences.row(i), logits.row(i));
  }
}

void PrefixConstrainedLogitsProcessor::process(std::span<const Token> tokens,
                                               std::span<float> scores) {
  constrain(0, tokens, scores);
}

void PrefixConstrainedLogitsProcessor::constrain(std::size_t batch, std::span<const Token> tokens,
                                                 std::span<float> scores) {
  const Tokens allowed = allowed_(batch, tokens);
  if (allowed.empty()) {
    fail(ErrorKind::InvalidArgument, "PrefixConstrainedLogitsProcessor",
         "prefix_allowed_tokens_fn allowed no token for prompt " + std::to_string(batch) +
             "; it must return at least one");
  }
  kept_.clear();
  for (const Token token : allowed) {
    check_token(token, scores, "what prefix_allowed_tokens_fn returns");
    kept_.push_back(scores[static_cast<std::size_t>(token)]);
  }
  std::ranges::fill(scores, -std::numeric_limits<float>::infinity());
  for (std::size_t i = 0; i < allowed.size(); ++i) {
    scores[static_cast<std::size_t>(allowed[i])] = kept_[i];
  }
}

}  // namespace onnxformers::generation
