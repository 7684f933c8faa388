#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "tokenizers/character_map.h"
#include "tokenizers/fast_path.h"
#include "tokenizers/models/unigram.h"
#include "tokenizers/normalized_text.h"

namespace onnxformers::tokenizers {

/// Normalizers that rewrite characters or grapheme clusters, Metaspace (alone
/// or after WhitespaceSplit) and Unigram in one pass over the bytes. Words of
/// ASCII between spaces are looked up where they stand among the words met
/// before, and only searched the first time; characters that stand alone are
/// rewritten one by one by table; stretches where they might join are
/// normalised by themselves.
///
/// Time linear in the text; one probe of a hash table for most words.
class UnigramPipeline final : public FastPath {
 public:
  /// Nothing if the components are others.
  static std::unique_ptr<FastPath> try_make(const Stages& stages);

  [[nodiscard]] bool encode_ids(const Input& input, std::vector<std::uint32_t>& ids) const override;
  [[nodiscard]] bool encode_with_offsets(const Input& input, Tokens& tokens,
                                         std::uint32_t& next_word) const override;

  enum class Prepend : std::uint8_t { Always, First, Never };

  /// What the normalizers do to whole texts, and where the pre-tokenizer
  /// splits.
  struct Options {
    CharacterMap::Options characters;
    Prepend prepend = Prepend::Always;
    bool splits_at_whitespace = false;  ///< WhitespaceSplit comes first: whitespace is dropped
    bool merges_spaces = false;         ///< of spaces in a row the last one stays
    bool strips_left_before = false;    ///< whitespace at the ends goes before other rewriting
    bool strips_right_before = false;
    bool strips_left_after = false;  ///< or after it
    bool strips_right_after = false;
  };

 private:
  template <bool kWithOffsets>
  class Pass;
  template <bool kWithOffsets>
  class Words;
  struct PlainWord;
  template <bool kWithOffsets>
  class PlainSearch;
  template <bool kWithOffsets>
  class PlainWords;
  template <bool kWithOffsets>
  class Output;
  class Ends;
  struct Scratch;
  static Scratch& thread_scratch();

  /// What a byte does at the beginning of a word or in it.
  enum class Effect : std::uint8_t {
    Letter,   ///< belongs to it
    Guarded,  ///< likewise, unless another of the sort is beside it
    Space,    ///< ends it
    Other,    ///< leaves it to the slower loop
  };

  UnigramPipeline(Options options, const Unigram& model);
  void fill_ascii();
  [[nodiscard]] bool takes_line_ends() const;

  [[nodiscard]] Effect effect_at(std::string_view text, std::size_t i) const {
    return effects_[static_cast<unsigned char>(text[i])];
  }

  /// Whether a space is cut off from what begins at a byte: that it becomes a
  /// space is certain.
  [[nodiscard]] bool is_cut_at(std::string_view text, std::size_t i) const {
    if (i == text.size() || effect_at(text, i) != Effect::Other) {
      return true;  // spaces are not of the sort that looks at its neighbours
    }
    return characters_.map(utf8::decode_valid(text, i).code).kind != CharacterMap::Kind::Joined;
  }

  Options options_;
  const Unigram& model_;
  CharacterMap characters_;
  std::uint32_t serial_;  // in the words met before
  std::array<Effect, 256> effects_{};
  std::array<PieceTrie::Code, 128> ascii_codes_{};
  bool rewrites_ascii_ = false;  // some letter of it
  PieceTrie::Code sign_code_;
};

}  // namespace onnxformers::tokenizers
