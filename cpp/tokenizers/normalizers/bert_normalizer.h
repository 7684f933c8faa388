#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tokenizers/normalizers/normalizer.h"

namespace onnxformers::tokenizers {

/// What BERT's own code did to a text before splitting it: drop control characters, make every
/// whitespace a space, set Chinese characters apart, strip accents (NFD without the nonspacing
/// marks), lowercase (each character for itself: never a final sigma).
///
/// Source: BertNormalizer of Hugging Face tokenizers; BasicTokenizer of google-research/bert.
class BertNormalizer final : public Normalizer {
 public:
  struct Options {
    bool clean_text = true;
    bool handle_chinese_chars = true;
    bool strip_accents = true;
    bool lowercase = true;
  };

  /// "strip_accents": null follows "lowercase".
  static std::unique_ptr<Normalizer> from_json(const Field& field);

  explicit BertNormalizer(const Options& options) : options_(options) {}

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  /// Step by step over the whole text: the plain form, against which BertPipeline's single pass is
  /// tested.
  void normalize(NormalizedText& text) const override;

  /// Dropped by clean_text: U+FFFD and control characters but tab, newline and carriage return.
  [[nodiscard]] static bool is_dropped(char32_t code) noexcept;

  /// CJK ideographs, not kana or Hangul.
  [[nodiscard]] static bool is_chinese(char32_t code) noexcept;

 private:
  Options options_;
};

}  // namespace onnxformers::tokenizers
