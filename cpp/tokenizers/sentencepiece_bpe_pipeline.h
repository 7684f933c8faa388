#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "tokenizers/fast_path.h"
#include "tokenizers/models/bpe.h"
#include "tokenizers/models/bpe_backtracker.h"
#include "tokenizers/piece_table.h"
#include "tokenizers/sentencepiece_layout.h"

namespace onnxformers::tokenizers {

/// Spaces written as "▁", the whole text one word, BPE with bytes for unknown characters: the
/// tokenizers of Llama 2, Mistral, Phi-3, Gemma, in one pass over the bytes. No text with "▁" is
/// made: the tables have spaces where the vocabulary has "▁".
///
/// Where no token has a space behind another character no merge can cross the place before a space,
/// and the text is cut there: most parts are found whole in a table, the others are left to
/// BpeBacktracker. Otherwise the text is one part. Linear in the text.
class SentencePieceBpePipeline final : public FastPath {
 public:
  /// Nothing if the components are others.
  static std::unique_ptr<FastPath> try_make(const Stages& stages);

  void build() override;
  void visit_tables(TableArchive& archive) override;

  [[nodiscard]] bool encode_ids(const Input& input, std::vector<std::uint32_t>& ids) const override;
  [[nodiscard]] bool encode_with_offsets(const Input& input, Tokens& tokens,
                                         std::uint32_t& next_word) const override;

 private:
  template <bool kWithOffsets>
  class Pass;

  using Front = SentencePieceLayout::Front;

  SentencePieceBpePipeline(const Bpe& model, SentencePieceLayout layout);

  [[nodiscard]] bool leaves_to_stages(std::string_view text) const;
  [[nodiscard]] bool needs_space(const Input& input) const;
  [[nodiscard]] std::size_t part_end(std::string_view text, std::size_t begin) const;

  const Bpe& model_;
  SentencePieceLayout layout_;
  std::uint32_t number_;  // in what threads keep
  std::uint32_t unk_id_ = 0;
  std::array<std::uint32_t, 256> byte_ids_{};
  bool is_able_ = false;  // otherwise all is left to the stages
  bool cuts_ = false;
  BpeBacktracker backtracker_;
  PieceTable wholes_;
};

}  // namespace onnxformers::tokenizers
