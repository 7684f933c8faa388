#include "generation/logits/sequence_bias.h"

#include <algorithm>
#include <limits>
#include <string>

#include "base/errors.h"
#include "generation/logits/parameters.h"

namespace onnxformers::generation {

namespace {

void check_sequence(const Tokens& sequence, const char* name) {
  if (sequence.empty() || std::ranges::any_of(sequence, [](Token token) { return token < 0; })) {
    fail(ErrorKind::InvalidArgument, "LogitsProcessor",
         std::string(name) + " must hold lists of token ids of at least 0, none empty");
  }
}

/// Whether the tokens end with `prefix` and are longer: a sequence counts from where it fits in.
bool completes(std::span<const Token> tokens, const Tokens& prefix) {
  return prefix.empty() ||
         (prefix.size() < tokens.size() && std::ranges::equal(tokens.last(prefix.size()), prefix));
}

}  // namespace

SequenceBiasLogitsProcessor::SequenceBiasLogitsProcessor(const Options& options) {
  const auto biases = options.biases("sequence_bias");
  if (biases.empty()) {
    fail(ErrorKind::InvalidArgument, "SequenceBiasLogitsProcessor",
         "sequence_bias must hold at least one sequence");
  }
  for (const auto& [sequence, bias] : biases) {
    check_sequence(sequence, "sequence_bias");
    set(sequence, bias);
  }
}

void SequenceBiasLogitsProcessor::set(const Tokens& sequence, double bias) {
  biases_[sequence.back()].insert_or_assign(Tokens(sequence.begin(), sequence.end() - 1),
                                            static_cast<float>(bias));
}

void SequenceBiasLogitsProcessor::process(std::span<const Token> tokens, std::span<float> scores) {
  for (const auto& [token, biases] : biases_) {
    check_token(token, scores, "sequence_bias and bad_words_ids");
    float sum = 0.0F;
    for (const auto& [prefix, bias] : biases) {
      sum += completes(tokens, prefix) ? bias : 0.0F;
    }
    scores[static_cast<std::size_t>(token)] += sum;
  }
}

NoBadWordsLogitsProcessor::NoBadWordsLogitsProcessor(const Options& options) {
  const Tokens ends = options.tokens("eos_token_id");
  for (const Tokens& word : options.token_lists("bad_words_ids")) {
    check_sequence(word, "bad_words_ids");
    if (word.size() > 1 || std::ranges::find(ends, word.front()) == ends.end()) {
      set(word, -std::numeric_limits<double>::infinity());
    }
  }
}

}  // namespace onnxformers::generation
