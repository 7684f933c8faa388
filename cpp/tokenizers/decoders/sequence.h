#pragma once

#include <memory>
#include <vector>

#include "tokenizers/decoders/decoder.h"

namespace onnxformers::tokenizers {

/// Decoders one after the other, each over what the one before gives out.
class DecoderSequence final : public Decoder {
 public:
  static std::unique_ptr<Decoder> from_json(const Field& field);

  explicit DecoderSequence(std::vector<std::unique_ptr<Decoder>> steps)
      : steps_(std::move(steps)) {}

  [[nodiscard]] std::unique_ptr<DecoderRun> start() const override;

 private:
  std::vector<std::unique_ptr<Decoder>> steps_;
};

}  // namespace onnxformers::tokenizers
