#include "generation/search/rows.h"

#include <algorithm>

#include "base/errors.h"

namespace onnxformers::generation {

OpenRows::OpenRows(const SearchParts& parts, const Prompts& prompts, std::size_t copies)
    : parts_(parts),
      sequences_(prompts, parts.options.count("max_length").value_or(0)),
      done_(prompts.rows * copies),
      recorder_(parts.options),
      pad_(parts.options.integer("pad_token_id")) {
  if (copies > 1) {
    sequences_.repeat(copies);
  }
}

void OpenRows::process(const Logits& logits) {
  recorder_.begin(logits);
  process_all(parts_.processors, sequences_, logits);
}

bool OpenRows::append(std::span<Token> tokens, const Logits& scores) {
  fill_finished(tokens);
  sequences_.append(tokens);
  if (parts_.streamer != nullptr) {
    parts_.streamer->put(tokens);
  }
  for (const auto& criterion : parts_.stopping) {
    criterion->check(sequences_, scores, done_);
  }
  return std::ranges::all_of(done_, [](char row) { return row != 0; });
}

/// Rows that have ended go on with padding until all have.
void OpenRows::fill_finished(std::span<Token> tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (done_[i] == 0) {
      continue;
    }
    if (!pad_) {
      fail(ErrorKind::InvalidArgument, "generate",
           "rows end at different lengths, and there is no pad_token_id; give one");
    }
    tokens[i] = *pad_;
  }
}

SearchResult OpenRows::finish() {
  if (parts_.streamer != nullptr) {
    parts_.streamer->end();
  }
  SearchResult result = recorder_.result();
  for (std::size_t i = 0; i < sequences_.rows(); ++i) {
    const auto row = sequences_.row(i);
    result.sequences.emplace_back(row.begin(), row.end());
  }
  return result;
}

}  // namespace onnxformers::generation
