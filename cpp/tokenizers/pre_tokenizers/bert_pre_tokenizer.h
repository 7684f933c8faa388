#pragma once

#include <memory>

#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::tokenizers {

/// Splits at whitespace, which is dropped, and sets every punctuation character apart ('$', '+' and
/// the other ASCII symbols count as punctuation).
///
/// Source: BertPreTokenizer of Hugging Face tokenizers.
class BertPreTokenizer final : public PreTokenizer {
 public:
  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  void split(PreTokenizedText& text) const override;
};

}  // namespace onnxformers::tokenizers
