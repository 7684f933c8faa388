#pragma once

#include <memory>

#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::tokenizers {

/// Writes every byte as a character of ByteAlphabet, after splitting with GPT-2's pattern where the
/// file says so. With add_prefix_space every piece that begins with no space gets one first.
///
/// Source: ByteLevel of Hugging Face tokenizers.
class ByteLevel final : public PreTokenizer {
 public:
  struct Options {
    bool add_prefix_space = true;
    bool use_regex = true;
  };

  static std::unique_ptr<PreTokenizer> from_json(const Field& field);

  explicit ByteLevel(const Options& options) : options_(options) {}

  [[nodiscard]] const Options& options() const noexcept { return options_; }

  void split(PreTokenizedText& text) const override;

 private:
  Options options_;
};

}  // namespace onnxformers::tokenizers
