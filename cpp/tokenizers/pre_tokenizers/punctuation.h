#pragma once

#include <memory>

#include "tokenizers/pre_tokenizers/piece_cutter.h"

namespace onnxformers::tokenizers {

/// Splits at punctuation, that of BertPreTokenizer.
///
/// Source: Punctuation of Hugging Face tokenizers.
class Punctuation final : public PreTokenizer {
 public:
  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  explicit Punctuation(SplitBehavior behavior) : behavior_(behavior) {}

  void split(PreTokenizedText& text) const override;

 private:
  SplitBehavior behavior_;
};

}  // namespace onnxformers::tokenizers
