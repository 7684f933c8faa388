#include "generation/logits/no_repeat_ngram.h"

#include <algorithm>

#include "generation/logits/parameters.h"

namespace onnxformers::generation {

namespace {

/// Forbids what follows the last `size` - 1 tokens of the row wherever they stand in `text`.
void forbid_repeated(std::size_t size, std::span<const Token> text, std::span<const Token> tokens,
                     std::span<float> scores) {
  if (tokens.size() + 1 < size || text.size() < size) {
    return;
  }
  const auto prefix = tokens.last(size - 1);
  for (std::size_t start = 0; start + size <= text.size(); ++start) {
    if (std::ranges::equal(text.subspan(start, size - 1), prefix)) {
      forbid(text.subspan(start + size - 1, 1), scores);
    }
  }
}

}  // namespace

NoRepeatNGramLogitsProcessor::NoRepeatNGramLogitsProcessor(const Options& options)
    : ngram_size_(count(options, "ngram_size", 1)) {}

void NoRepeatNGramLogitsProcessor::process(std::span<const Token> tokens, std::span<float> scores) {
  forbid_repeated(ngram_size_, tokens, tokens, scores);
}

EncoderNoRepeatNGramLogitsProcessor::EncoderNoRepeatNGramLogitsProcessor(const Options& options)
    : ngram_size_(count(options, "encoder_ngram_size", 1)), encoder_ids_(encoder_rows(options)) {}

void EncoderNoRepeatNGramLogitsProcessor::process_rows(const Sequences& sequences,
                                                       const Logits& logits) {
  for (std::size_t i = 0; i < logits.rows; ++i) {
    forbid_repeated(ngram_size_, encoder_row(encoder_ids_, sequences.prompt_of(i)),
                    sequences.row(i), logits.row(i));
  }
}

void EncoderNoRepeatNGramLogitsProcessor::process(std::span<const Token> tokens,
                                                  std::span<float> scores) {
  forbid_repeated(ngram_size_, encoder_ids_.front(), tokens, scores);
}

}  // namespace onnxformers::generation
