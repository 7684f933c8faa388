#pragma once

#include <memory>
#include <vector>

#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::tokenizers {

/// Pre-tokenizers one after the other, each on the pieces of the one before.
class PreTokenizerSequence final : public PreTokenizer {
 public:
  /// A sequence of one gives that one.
  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  explicit PreTokenizerSequence(std::vector<std::unique_ptr<PreTokenizer>> steps)
      : steps_(std::move(steps)) {}

  void split(PreTokenizedText& text) const override;
  [[nodiscard]] bool needs_origins() const noexcept override;
  [[nodiscard]] const std::vector<std::unique_ptr<PreTokenizer>>& steps() const noexcept {
    return steps_;
  }

 private:
  std::vector<std::unique_ptr<PreTokenizer>> steps_;
};

}  // namespace onnxformers::tokenizers
