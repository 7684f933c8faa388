#pragma once

#include <memory>
#include <string>

#include "tokenizers/normalizers/normalizer.h"
#include "tokenizers/pattern.h"

namespace onnxformers::tokenizers {

/// Puts a string in the place of every match of a pattern; `$1` and the like stand for themselves.
/// What is put has the origin of the last character it replaces; for an empty match that of the
/// character before. O(n) for a string; see Pattern::find_all for regular expressions.
///
/// Source: Replace of Hugging Face tokenizers.
class Replace final : public Normalizer {
 public:
  static std::unique_ptr<Normalizer> from_json(const Field& field);

  Replace(Pattern pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}

  [[nodiscard]] const Pattern& pattern() const noexcept { return pattern_; }
  [[nodiscard]] const std::string& content() const noexcept { return content_; }

  /// Fails with ErrorKind::InvalidArgument if the result would be longer than a text may be.
  void normalize(NormalizedText& text) const override;

 private:
  void replace_string(NormalizedText& text) const;
  void put_content(NormalizedText& text, const Pattern::Match& match) const;

  Pattern pattern_;
  std::string content_;
};

}  // namespace onnxformers::tokenizers
