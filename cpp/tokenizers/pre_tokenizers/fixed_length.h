#pragma once

#include <cstdint>
#include <memory>

#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::tokenizers {

/// Cuts into pieces of so many characters; the last one may be shorter.
///
/// Source: FixedLength of Hugging Face tokenizers, which crashes where the length is 0.
class FixedLength final : public PreTokenizer {
 public:
  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  /// @param length at least 1.
  explicit FixedLength(std::int64_t length) : length_(length) {}

  void split(PreTokenizedText& text) const override;

 private:
  std::int64_t length_;
};

}  // namespace onnxformers::tokenizers
