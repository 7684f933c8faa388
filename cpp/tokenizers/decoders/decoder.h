#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tokenizers/field.h"

namespace onnxformers::tokenizers {

/// Last stage: turns tokens back into text. Immutable; one serves many threads.
class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;

  /// Rewrites the tokens; joined without anything between they are the text. A step may change
  /// their number.
  virtual void decode(std::vector<std::string>& tokens) const = 0;
};

/// Reads the "decoder" of tokenizer.json; fails with ErrorKind::FileFormat.
[[nodiscard]] std::unique_ptr<Decoder> make_decoder(const Field& field);

}  // namespace onnxformers::tokenizers
