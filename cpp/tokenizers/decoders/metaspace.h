#pragma once

#include <memory>
#include <string>

#include "tokenizers/decoders/decoder.h"

namespace onnxformers::tokenizers {

/// Makes spaces of the replacement character. In the first token they go, unless the scheme is
/// "never". O(n).
///
/// Source: decoders.Metaspace of Hugging Face tokenizers.
class MetaspaceDecoder final : public Decoder {
 public:
  static std::unique_ptr<Decoder> from_json(const Field& field);

  /// @param replacement one character, in UTF-8.
  MetaspaceDecoder(std::string replacement, bool drops_first)
      : replacement_(std::move(replacement)), drops_first_(drops_first) {}

  [[nodiscard]] std::unique_ptr<DecoderRun> start() const override;

 private:
  std::string replacement_;
  bool drops_first_;
};

}  // namespace onnxformers::tokenizers
