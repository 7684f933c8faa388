#pragma once

#include <optional>
#include <span>
#include <vector>

#include "generation/search/record.h"
#include "generation/search/search.h"

namespace onnxformers::generation {

/// The rows of a search in which they do not compete: their tokens, and which of them have ended.
class OpenRows {
 public:
  /// @param copies rows for each prompt.
  OpenRows(const SearchParts& parts, const Prompts& prompts, std::size_t copies);

  [[nodiscard]] const Sequences& sequences() const noexcept { return sequences_; }
  [[nodiscard]] std::span<const char> done() const noexcept { return done_; }
  /// Tokens generated so far.
  [[nodiscard]] std::size_t steps() const noexcept {
    return sequences_.length() - sequences_.prompt_length();
  }

  /// Applies the processors.
  void process(const Logits& logits);
  /// Notes the scores that the tokens are chosen from.
  void record(const Logits& scores) { recorder_.end(scores); }
  /// Gives each row its token, padding to those that have ended, and says whether all have ended.
  /// @param tokens one for each row; what stands there is what the rows have got.
  bool append(std::span<Token> tokens, const Logits& scores);
  SearchResult finish();

 private:
  void fill_finished(std::span<Token> tokens) const;

  const SearchParts& parts_;
  Sequences sequences_;
  std::vector<char> done_;
  Recorder recorder_;
  std::optional<Token> pad_;
};

}  // namespace onnxformers::generation
