#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizers/fast_path.h"
#include "tokenizers/models/bpe.h"
#include "tokenizers/models/bpe_backtracker.h"
#include "tokenizers/piece_table.h"
#include "tokenizers/scanners/character_class.h"

namespace onnxformers::tokenizers {

/// A split pattern with a scanner, ByteLevel and BPE in one pass over the bytes of a text: a piece
/// that is a token is looked up where it stands, others are left to BpeBacktracker. No text of
/// ByteAlphabet's characters is made, and characters are counted only where offsets are asked for.
///
/// NFC may come first. Time: linear.
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

  /// The passes of one split pattern. False: the stages have to look.
  struct Runner {
    bool (*encode_ids)(const ByteLevelPipeline&, std::string_view text, std::size_t limit,
                       std::vector<std::uint32_t>& ids);
    bool (*encode_with_offsets)(const ByteLevelPipeline&, std::string_view text,
                                std::uint32_t first_character, std::size_t limit, Tokens& tokens,
                                std::uint32_t& next_word);
  };
  template <typename Pattern>
  [[nodiscard]] static const Runner* runner_of();
  /// Of a pattern with a scanner that leaves nothing out, or nullptr.
  [[nodiscard]] static const Runner* find_runner(std::string_view pattern);
  [[nodiscard]] static const Runner* find_runner(
      std::span<const std::unique_ptr<PreTokenizer>> steps);

  ByteLevelPipeline(const Bpe& model, const Stages& stages, const Recognized& split,
                    const std::array<std::uint32_t, 256>& byte_ids);

  [[nodiscard]] static Recognized recognize(const PreTokenizer* pre_tokenizer);
  [[nodiscard]] bool leaves_to_stages(std::string_view text) const;

  /// The text, or its NFC in a buffer of this thread.
  [[nodiscard]] std::string_view normalized(const Input& input, bool with_origins) const;

  /// What lies between added tokens that are looked for in the normalised text, and these tokens,
  /// in order.
  template <typename EncodePart, typename AddToken>
  [[nodiscard]] bool for_each_part(std::string_view text, EncodePart encode_part,
                                   AddToken add_token) const;
  [[nodiscard]] bool encode_part(std::string_view part, std::uint32_t first_character,
                                 std::size_t limit, Tokens& tokens, std::uint32_t& next_word) const;
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
  bool is_composed_;      // NFC comes first
  bool is_able_ = false;  // otherwise all is left to the stages
  std::array<std::uint32_t, 256> byte_ids_;
  BpeBacktracker backtracker_;
  PieceTable pieces_;
};

}  // namespace onnxformers::tokenizers
