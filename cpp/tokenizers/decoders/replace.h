#pragma once

#include <memory>
#include <string>

#include "tokenizers/decoders/decoder.h"
#include "tokenizers/pattern.h"

namespace onnxformers::tokenizers {

/// Replaces what a pattern finds in each token. O(n) for a string; a regex is as quick as its
/// engine and sees only tokens that have come to their end.
///
/// Source: decoders.Replace of Hugging Face tokenizers.
class ReplaceDecoder final : public Decoder {
 public:
  static std::unique_ptr<Decoder> from_json(const Field& field);

  ReplaceDecoder(Pattern pattern, std::string content)
      : pattern_(std::move(pattern)), content_(std::move(content)) {}

  [[nodiscard]] std::unique_ptr<DecoderRun> start() const override;

 private:
  Pattern pattern_;
  std::string content_;
};

}  // namespace onnxformers::tokenizers
