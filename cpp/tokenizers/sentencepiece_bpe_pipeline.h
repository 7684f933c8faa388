#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "tokenizers/byte_pairs.h"
#include "tokenizers/fast_path.h"
#include "tokenizers/models/bpe.h"
#include "tokenizers/models/bpe_backtracker.h"
#include "tokenizers/models/bpe_word.h"
#include "tokenizers/piece_table.h"
#include "tokenizers/sentencepiece_layout.h"
#include "tokenizers/sentencepiece_tokens.h"

namespace onnxformers::tokenizers {

/// Spaces written as "▁", the whole text one word, BPE with bytes for unknown characters: the
/// tokenizers of Llama 2, Mistral, Phi-3, Gemma, in one pass over the bytes. No text with "▁" is
/// made: the tables have spaces where the vocabulary has "▁".
///
/// The text is cut wherever two bytes meet that no token has side by side, as no merge can cross
/// such a place: before spaces, nearly always, between words and punctuation, beside characters
/// that are no token. Most parts are found whole in a table, the others are left to BpeBacktracker.
/// Linear in the text.
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
  class KeptParts;
  struct Part;

  static constexpr char32_t kSignCode = SentencePieceLayout::kSignCode;
  static constexpr std::string_view kSign = SentencePieceLayout::kSign;

  using Front = SentencePieceLayout::Front;

  SentencePieceBpePipeline(const Bpe& model, SentencePieceLayout layout);

  /// SpannedToken::kBeginsWord for a part that begins a word, else 0.
  [[nodiscard]] std::uint32_t word_flag(std::string_view part) const noexcept {
    return layout_.splits && part.front() == ' ' ? SpannedToken::kBeginsWord : 0;
  }
  void add_pairs(const Trie::Entries& entries);
  [[nodiscard]] bool leaves_to_stages(std::string_view text) const;
  [[nodiscard]] bool needs_space(const Input& input) const;
  /// Appends the SpannedTokens of part[begin, ...) up to a character that is no token, or the end;
  /// gives that place, or BpeBacktracker::kStuck.
  [[nodiscard]] std::size_t append_known(std::string_view part, std::size_t begin,
                                         std::vector<std::uint32_t>& tokens) const;
  /// The token of a character that is not ASCII, or BpeCharacters::kNone; what spaces become has
  /// none.
  [[nodiscard]] std::uint32_t find_character(std::string_view character) const noexcept {
    const char32_t code = utf8::decode_valid(character, 0).code;
    return code == kSignCode ? BpeCharacters::kNone : model_.characters().find(code, 0);
  }
  /// The same for ASCII; that of a space is what it becomes.
  [[nodiscard]] std::uint32_t find_ascii(char character) const noexcept {
    return model_.characters().find(
        character == ' ' ? kSignCode : static_cast<unsigned char>(character), 0);
  }
  /// The tokens of the characters of part[begin, ...), up to one that is none; gives that place and
  /// their number.
  [[nodiscard]] std::pair<std::size_t, std::size_t> find_symbols(
      std::string_view part, std::size_t begin,
      std::span<std::uint32_t, kShortBpeWord> symbols) const;
  /// Those of a character that is no token. False where the stages have to look.
  [[nodiscard]] bool append_unknown(std::string_view character, bool is_behind_unknown,
                                    std::vector<std::uint32_t>& tokens) const;

  const Bpe& model_;
  SentencePieceLayout layout_;
  std::uint32_t number_;  // in what threads keep
  std::uint32_t unk_id_ = 0;
  std::array<std::uint32_t, 256> byte_ids_{};
  bool is_able_ = false;  // otherwise all is left to the stages
  BytePairs pairs_;
  BpeBacktracker backtracker_;
  PieceTable wholes_;
};

}  // namespace onnxformers::tokenizers
