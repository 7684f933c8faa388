#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizers/fast_path.h"
#include "tokenizers/models/bpe.h"
#include "tokenizers/models/byte_bpe.h"
#include "tokenizers/piece_table.h"
#include "tokenizers/scanners/character_class.h"

namespace onnxformers::tokenizers {

/// A split pattern with a scanner, ByteLevel and BPE in one pass over the bytes of a text: a piece
/// that is a token is looked up where it stands, of others the bytes are merged. No text of
/// ByteAlphabet's characters is made, and characters are counted only where offsets are asked for.
///
/// Text that NFC might change is left to the stages.
///
/// Time: that of the scanner and of Bpe, linear but for log factors.
class ByteLevelPipeline final : public FastPath {
 public:
  /// Nothing if the components are others.
  static std::unique_ptr<FastPath> try_make(const Stages& stages);

  void build() override;
  void visit_tables(TableArchive& archive) override;

  [[nodiscard]] bool encode_ids(const Input& input, std::vector<std::uint32_t>& ids) const override;
  [[nodiscard]] bool encode_with_offsets(const Input& input, Tokens& tokens,
                                         std::uint32_t& next_word) const override;

 private:
  template <typename Pattern, bool kWithOffsets>
  class Pass;
  struct Recognized;

  /// The passes of one split pattern.
  struct Runner {
    void (*encode_ids)(const ByteLevelPipeline&, std::string_view text, std::size_t limit,
                       std::vector<std::uint32_t>& ids);
    void (*encode_with_offsets)(const ByteLevelPipeline&, std::string_view text,
                                std::uint32_t first_character, std::size_t limit, Tokens& tokens,
                                std::uint32_t& next_word);
  };
  template <typename Pattern>
  [[nodiscard]] static const Runner* runner_of();
  /// Of a pattern with a scanner that leaves nothing out, or nullptr.
  [[nodiscard]] static const Runner* find_runner(std::string_view pattern);

  ByteLevelPipeline(const Bpe& model, const Stages& stages, const Recognized& split);

  [[nodiscard]] static Recognized recognize(const PreTokenizer* pre_tokenizer);
  [[nodiscard]] PieceTable make_pieces() const;
  [[nodiscard]] bool is_whole(std::uint32_t id) const;
  [[nodiscard]] bool leaves_to_stages(std::string_view text) const;

  /// What lies between added tokens that are looked for in the normalised text (which is the text
  /// here), and these tokens, in order.
  template <typename EncodePart, typename AddToken>
  void for_each_part(std::string_view text, EncodePart encode_part, AddToken add_token) const;
  void encode_part(std::string_view part, std::uint32_t first_character, std::size_t limit,
                   Tokens& tokens, std::uint32_t& next_word) const;
  [[nodiscard]] bool needs_space(std::string_view text) const {
    return add_prefix_space_ && !text.empty() && text.front() != ' ';
  }

  const Bpe& model_;
  const AddedVocabulary& added_;
  std::uint32_t number_;
  const scanners::CharacterClasses& classes_;
  const Runner* runner_;
  bool add_prefix_space_;
  bool splits_digits_;
  bool is_composed_;                 // NFC comes first
  std::optional<ByteBpe> byte_bpe_;  // for models with merges in order, all but made-up ones
  PieceTable pieces_;
  std::array<std::uint32_t, 256> byte_ids_{};
  std::vector<std::uint16_t> lengths_;  // of tokens in bytes, by id
};

}  // namespace onnxformers::tokenizers
