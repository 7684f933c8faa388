#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "tokenizers/decoders/token_list.h"
#include "tokenizers/field.h"

namespace onnxformers::tokenizers {

/// One pass of a decoder over a list of tokens that comes in parts; holds what must be remembered
/// from part to part. How a list is parted changes nothing in what comes out, which is what makes
/// incremental decoding equal to decoding everything at once.
class DecoderRun {
 public:
  DecoderRun() = default;
  DecoderRun(const DecoderRun&) = delete;
  DecoderRun& operator=(const DecoderRun&) = delete;
  virtual ~DecoderRun() = default;

  /// Appends to `out` what is certain after this part, whatever follows. With `is_last` nothing
  /// follows: what was held back is given out and the last token ended. `part` and `out` are
  /// different lists; a token that is last has come to its end in `part`.
  virtual void decode(const TokenList& part, bool is_last, TokenList& out) = 0;
};

/// Last stage: turns tokens back into text. Immutable; one serves many threads.
class Decoder {
 public:
  Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  virtual ~Decoder() = default;

  /// A pass over one list. It must not outlive the decoder.
  [[nodiscard]] virtual std::unique_ptr<DecoderRun> start() const = 0;
};

/// Reads the "decoder" of tokenizer.json; fails with ErrorKind::FileFormat.
[[nodiscard]] std::unique_ptr<Decoder> make_decoder(const Field& field);

}  // namespace onnxformers::tokenizers
