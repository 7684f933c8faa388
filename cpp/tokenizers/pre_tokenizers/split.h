#pragma once

#include <memory>

#include "tokenizers/pattern.h"
#include "tokenizers/pre_tokenizers/piece_cutter.h"
#include "tokenizers/scanners/scanner.h"

namespace onnxformers::tokenizers {

/// Splits at the matches of a pattern, or with `invert` at what lies between them. Patterns in wide
/// use are found by a scanner written by hand, all others by Pattern.
///
/// Source: Split of Hugging Face tokenizers.
class Split final : public PreTokenizer {
 public:
  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  Split(Pattern pattern, SplitBehavior behavior, bool invert);

  /// Fails with ErrorKind::InvalidArgument where a pattern is over its step budget.
  void split(PreTokenizedText& text) const override;

  [[nodiscard]] const Pattern& pattern() const noexcept { return pattern_; }
  [[nodiscard]] SplitBehavior behavior() const noexcept { return behavior_; }
  [[nodiscard]] bool invert() const noexcept { return invert_; }

 private:
  void scan(std::string_view text, const Piece& piece, PieceCutter& cutter) const;
  void search(std::string_view text, const Piece& piece, PieceCutter& cutter) const;

  Pattern pattern_;
  const scanners::Scanner* scanner_;  // null for a pattern that none is written for
  SplitBehavior behavior_;
  bool invert_;
};

}  // namespace onnxformers::tokenizers
