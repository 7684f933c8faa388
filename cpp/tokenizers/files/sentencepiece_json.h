#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "tokenizers/files/sentencepiece_model.h"

namespace onnxformers::tokenizers {

/// What a tokenizer class makes of the pieces of a .model: it puts tokens of its own in front and
/// behind, which shifts ids.
struct PieceChanges {
  using ScoredToken = std::pair<std::string, double>;

  std::vector<ScoredToken> first;  ///< in place of the first `skipped` pieces
  std::size_t skipped = 0;
  std::vector<ScoredToken> last;
  std::optional<std::uint32_t> unk_id;  ///< else where the unknown piece comes to lie
  bool byte_fallback = false;
  /// Pieces that end in a digit and a comma lose 100 points, so that numbers are parted from
  /// commas.
  bool lowers_number_commas = false;
  /// The piece of the byte 9 is a tab.
  bool has_tab = false;
};

/// The "model" of an equivalent tokenizer.json: Unigram, or BPE with the merges that the scores
/// stand for. Fails with ErrorKind::FileFormat for the other two algorithms.
///
/// Source: convert_slow_tokenizer.py of Python transformers 4.46.3.
[[nodiscard]] std::string model_json(const SentencePieceModel& model, const PieceChanges& changes);

}  // namespace onnxformers::tokenizers
