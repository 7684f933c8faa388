#pragma once

#include <memory>
#include <string>

#include "tokenizers/decoders/decoder.h"

namespace onnxformers::tokenizers {

/// Of equal tokens in a row one stays; the padding token goes. With cleanup English spacing is
/// undone and the word delimiter becomes a space, token by token. O(n).
///
/// Source: decoders.CTC of Hugging Face tokenizers.
class CtcDecoder final : public Decoder {
 public:
  static std::unique_ptr<Decoder> from_json(const Field& field);

  CtcDecoder(std::string pad_token, std::string word_delimiter, bool cleanup)
      : pad_token_(std::move(pad_token)),
        word_delimiter_(std::move(word_delimiter)),
        cleanup_(cleanup) {}

  [[nodiscard]] std::unique_ptr<DecoderRun> start() const override;

 private:
  std::string pad_token_;
  std::string word_delimiter_;
  bool cleanup_;
};

}  // namespace onnxformers::tokenizers
