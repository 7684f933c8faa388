#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "tokenizers/field.h"
#include "tokenizers/normalized_text.h"

namespace onnxformers::tokenizers {

/// Bytes [begin, end) of the normalised text.
struct Piece {
  std::uint32_t begin;
  std::uint32_t end;
};

/// Normalised text and the pieces it is split into so far, in order and never empty; at first one
/// piece, the whole. A pre-tokenizer may rewrite the text too.
struct PreTokenizedText {
  NormalizedText text;
  std::vector<Piece> pieces;
  std::vector<Piece> next;  ///< room for the pieces of the step that runs

  /// Makes the whole text one piece (none if it is empty).
  void reset_pieces();
};

/// Second stage: splits a text into the words the model takes. Immutable; one serves many threads.
class PreTokenizer {
 public:
  PreTokenizer() = default;
  PreTokenizer(const PreTokenizer&) = delete;
  PreTokenizer& operator=(const PreTokenizer&) = delete;
  virtual ~PreTokenizer() = default;

  virtual void split(PreTokenizedText& text) const = 0;

  /// Whether split() goes by where a piece begins in the original text: texts must come with
  /// origins then, even where offsets are not wanted.
  [[nodiscard]] virtual bool needs_origins() const noexcept { return false; }
};

/// Reads the "pre_tokenizer" of tokenizer.json; fails with ErrorKind::FileFormat.
[[nodiscard]] std::unique_ptr<PreTokenizer> make_pre_tokenizer(const Field& field);

}  // namespace onnxformers::tokenizers
