#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "generation/logits/sampler.h"
#include "generation/search/draws.h"
#include "generation/search/repeated_logits.h"
#include "generation/search/rows.h"
#include "generation/search/search.h"

namespace onnxformers::generation {

/// Greedy search or sampling, step by step: whoever runs the model brings the scores.
class RowSearch {
 public:
  /// @param parts kept by the caller; its model is not used.
  RowSearch(const SearchParts& parts, const Prompts& prompts);

  [[nodiscard]] std::size_t rows() const noexcept { return tokens_.size(); }
  [[nodiscard]] const Sequences& sequences() const noexcept { return open_.sequences(); }
  /// What the model reads next: a token for each row.
  [[nodiscard]] std::span<const Token> tokens() const noexcept { return tokens_; }

  /// Chooses the next tokens. Returns whether all rows have ended.
  /// @param logits of each row, or of each prompt, whose rows begin alike.
  bool advance(Logits logits);
  SearchResult finish() { return open_.finish(); }

 private:
  void choose(const Logits& logits);

  std::size_t copies_;
  OpenRows open_;
  Sampler sampler_;
  Draws uniform_;
  bool is_drawn_;
  std::vector<Token> tokens_;
  std::optional<RepeatedLogits> repeated_;
};

}  // namespace onnxformers::generation
