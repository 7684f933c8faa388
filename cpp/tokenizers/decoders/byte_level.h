#pragma once

#include <memory>

#include "tokenizers/decoders/decoder.h"

namespace onnxformers::tokenizers {

/// Turns tokens back into the bytes their characters stand for, then all of them into one text,
/// U+FFFD for what is no UTF-8. A token with a character that stands for no byte is text itself.
/// O(n).
///
/// Source: decoders.ByteLevel of Hugging Face tokenizers.
class ByteLevelDecoder final : public Decoder {
 public:
  static std::unique_ptr<Decoder> from_json(const Field& field);

  [[nodiscard]] std::unique_ptr<DecoderRun> start() const override;
};

}  // namespace onnxformers::tokenizers
