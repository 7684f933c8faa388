#pragma once

#include <memory>

#include "tokenizers/pattern.h"
#include "tokenizers/pre_tokenizers/piece_cutter.h"

namespace onnxformers::tokenizers {

/// Splits at the matches of a pattern, or with `invert` at what lies between them. Patterns in wide
/// use are found by a scanner written by hand, all others by Pattern.
///
/// Source: Split of Hugging Face tokenizers.
class Split final : public PreTokenizer {
 public:
  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  Split(Pattern pattern, SplitBehavior behavior, bool invert)
      : pattern_(std::move(pattern)), behavior_(behavior), invert_(invert) {}

  /// Fails with ErrorKind::InvalidArgument where a pattern is over its step budget.
  void split(PreTokenizedText& text) const override;

  [[nodiscard]] const Pattern& pattern() const noexcept { return pattern_; }
  [[nodiscard]] SplitBehavior behavior() const noexcept { return behavior_; }
  [[nodiscard]] bool invert() const noexcept { return invert_; }

 private:
  Pattern pattern_;
  SplitBehavior behavior_;
  bool invert_;
};

}  // namespace onnxformers::tokenizers
