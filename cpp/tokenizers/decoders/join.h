#pragma once

#include <memory>

#include "tokenizers/decoders/decoder.h"

namespace onnxformers::tokenizers {

/// A space between tokens: what is done where a file has no decoder. O(n).
class JoinDecoder final : public Decoder {
 public:
  [[nodiscard]] std::unique_ptr<DecoderRun> start() const override;
};

}  // namespace onnxformers::tokenizers
