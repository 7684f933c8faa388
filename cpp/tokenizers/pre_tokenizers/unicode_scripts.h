#pragma once

#include <memory>

#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::tokenizers {

/// Splits where the script changes; Japanese kana count as Han. Spaces and marks that belong to
/// every script stay with what comes before them; before the first character of a script they are
/// dropped.
///
/// Source: UnicodeScripts of Hugging Face tokenizers.
class UnicodeScripts final : public PreTokenizer {
 public:
  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  void split(PreTokenizedText& text) const override;
};

}  // namespace onnxformers::tokenizers
