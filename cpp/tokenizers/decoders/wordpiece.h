#pragma once

#include <memory>
#include <string>

#include "tokenizers/decoders/decoder.h"

namespace onnxformers::tokenizers {

/// Joins pieces: the prefix of a piece goes, other tokens get a space in front. With cleanup,
/// English spacing before punctuation and contractions is undone, token by token.
///
/// Source: decoders.WordPiece of Hugging Face tokenizers.
class WordPieceDecoder final : public Decoder {
 public:
  static std::unique_ptr<Decoder> from_json(const Field& field);

  WordPieceDecoder(std::string prefix, bool cleanup)
      : prefix_(std::move(prefix)), cleanup_(cleanup) {}

  [[nodiscard]] std::unique_ptr<DecoderRun> start() const override;

 private:
  std::string prefix_;
  bool cleanup_;
};

}  // namespace onnxformers::tokenizers
