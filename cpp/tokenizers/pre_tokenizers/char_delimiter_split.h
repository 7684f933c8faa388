#pragma once

#include <memory>

#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::tokenizers {

/// Splits at one character, which is dropped.
///
/// Source: CharDelimiterSplit of Hugging Face tokenizers.
class CharDelimiterSplit final : public PreTokenizer {
 public:
  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  explicit CharDelimiterSplit(char32_t delimiter) : delimiter_(delimiter) {}

  void split(PreTokenizedText& text) const override;

 private:
  char32_t delimiter_;
};

}  // namespace onnxformers::tokenizers
