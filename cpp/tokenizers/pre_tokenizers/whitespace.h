#pragma once

#include <memory>

#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::tokenizers {

/// Keeps runs of word characters and runs of what is neither one nor whitespace: the matches of
/// "\w+|[^\w\s]+".
///
/// Source: Whitespace of Hugging Face tokenizers.
class Whitespace final : public PreTokenizer {
 public:
  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  void split(PreTokenizedText& text) const override;
};

/// Splits at whitespace, which is dropped.
///
/// Source: WhitespaceSplit of Hugging Face tokenizers.
class WhitespaceSplit final : public PreTokenizer {
 public:
  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  void split(PreTokenizedText& text) const override;
};

}  // namespace onnxformers::tokenizers
