#pragma once

#include <memory>
#include <string>

#include "tokenizers/decoders/decoder.h"

namespace onnxformers::tokenizers {

/// Makes one token of all. O(n).
///
/// Source: decoders.Fuse of Hugging Face tokenizers.
class FuseDecoder final : public Decoder {
 public:
  static std::unique_ptr<Decoder> from_json(const Field& field);

  [[nodiscard]] std::unique_ptr<DecoderRun> start() const override;
};

}  // namespace onnxformers::tokenizers
