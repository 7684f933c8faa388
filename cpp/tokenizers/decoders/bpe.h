#pragma once

#include <memory>
#include <string>

#include "tokenizers/decoders/decoder.h"

namespace onnxformers::tokenizers {

/// The suffix of a token becomes a space, in the last token nothing. O(n).
///
/// Source: decoders.BPEDecoder of Hugging Face tokenizers.
class BpeDecoder final : public Decoder {
 public:
  static std::unique_ptr<Decoder> from_json(const Field& field);

  explicit BpeDecoder(std::string suffix) : suffix_(std::move(suffix)) {}

  [[nodiscard]] std::unique_ptr<DecoderRun> start() const override;

 private:
  std::string suffix_;
};

}  // namespace onnxformers::tokenizers
