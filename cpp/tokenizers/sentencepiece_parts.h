#pragma once

// Parts of a text for SentencePieceBpePipeline; included by sentencepiece_bpe_pipeline.cpp only.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "tokenizers/models/bpe_word.h"
#include "tokenizers/piece_cache.h"
#include "tokenizers/sentencepiece_bpe_pipeline.h"
#include "tokenizers/sentencepiece_tokens.h"

namespace onnxformers::tokenizers {

/// A part of a text that no merge leads out of.
struct SentencePieceBpePipeline::Part {
  std::string_view text;
  ShortPiece piece;     ///< none() if it is not short
  std::uint64_t hash;   ///< of the piece, or of a long part that caches may have
  std::uint32_t place;  ///< of its token among those of the other parts

  [[nodiscard]] bool is_short() const noexcept { return piece.low != 0 || piece.high != 0; }
};

/// The SpannedTokens of parts that are not one short token: those that the thread keeps, or merged.
class SentencePieceBpePipeline::KeptParts {
 public:
  explicit KeptParts(const SentencePieceBpePipeline& pipeline)
      : pipeline_(pipeline), short_parts_(PieceCache::get()) {}

  /// Asks for the memory that find() reads, after working out where that is.
  void prefetch(Part& part) const {
    if (part.is_short()) {
      short_parts_.prefetch(part.hash);
    } else if (part.text.size() <= LongPieceCache::kMaxBytes) {
      part.hash = pipeline_.wholes_.hash_long(part.text);
      LongPieceCache::get().prefetch(part.hash);
    }
  }

  /// Nothing if they are not kept. Those of a short part are in an array of PieceCache::kMaxTokens.
  [[nodiscard]] std::span<const std::uint32_t> find(const Part& part) const {
    if (part.is_short()) {
      return short_parts_.find(pipeline_.number_, part.piece, part.hash);
    }
    return part.text.size() <= LongPieceCache::kMaxBytes
               ? LongPieceCache::get().find(pipeline_.number_, part.text, part.hash)
               : std::span<const std::uint32_t>();
  }

  /// Merges those of some parts that are not kept, some words side by side, and keeps them. Leaves
  /// out what is long or has characters that are no tokens.
  void merge_words(std::span<Part* const> parts) const;

  /// Merges a part of any kind and keeps it. The tokens are there until the next one; none where
  /// the stages have to look.
  [[nodiscard]] std::span<const std::uint32_t> merge(const Part& part) const;

 private:
  void keep(const Part& part, std::span<const std::uint32_t> tokens) const;
  [[nodiscard]] bool append_tokens(std::string_view part, std::vector<std::uint32_t>& tokens) const;

  const SentencePieceBpePipeline& pipeline_;
  PieceCache& short_parts_;  // of this thread
};

}  // namespace onnxformers::tokenizers
