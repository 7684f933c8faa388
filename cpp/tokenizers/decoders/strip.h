#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "tokenizers/decoders/decoder.h"

namespace onnxformers::tokenizers {

/// Takes up to `start` and `stop` times a character from the two ends of each token. O(n).
///
/// Source: decoders.Strip of Hugging Face tokenizers, which crashes on a token that is shorter than
/// what is to be taken; here nothing is left of it.
class StripDecoder final : public Decoder {
 public:
  static std::unique_ptr<Decoder> from_json(const Field& field);

  /// @param content one character, in UTF-8.
  StripDecoder(std::string content, std::size_t start, std::size_t stop)
      : content_(std::move(content)), start_(start), stop_(stop) {}

  [[nodiscard]] std::unique_ptr<DecoderRun> start() const override;

 private:
  std::string content_;
  std::size_t start_;
  std::size_t stop_;
};

}  // namespace onnxformers::tokenizers
