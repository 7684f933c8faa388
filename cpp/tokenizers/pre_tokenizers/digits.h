#pragma once

#include <memory>

#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::tokenizers {

/// Sets numeric characters (the categories N. of Unicode 17) apart, each or in a row.
///
/// Source: Digits of Hugging Face tokenizers.
class Digits final : public PreTokenizer {
 public:
  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  explicit Digits(bool individual) : individual_(individual) {}

  [[nodiscard]] bool individual() const noexcept { return individual_; }

  void split(PreTokenizedText& text) const override;

 private:
  bool individual_;
};

}  // namespace onnxformers::tokenizers
