#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/fast_path.h"
#include "tokenizers/models/wordpiece.h"
#include "tokenizers/normalized_text.h"
#include "tokenizers/normalizers/bert_normalizer.h"

namespace onnxformers::tokenizers {

/// BertNormalizer, BertPreTokenizer and WordPiece in one pass over the bytes: words of ASCII are
/// looked up where they stand, without a copy of the normalised text.
///
/// Time linear in the text; one probe of a hash table for most words.
class BertPipeline final : public FastPath {
 public:
  /// Nothing if the components are others.
  static std::unique_ptr<FastPath> try_make(const Stages& stages);

  void build() override;
  void visit_tables(TableArchive& archive) override;

  /// Both leave a text to the stages where a token could stand in normalised text, and where marks
  /// would have to be reordered that are kept.
  [[nodiscard]] bool encode_ids(const Input& input, std::vector<std::uint32_t>& ids) const override;
  [[nodiscard]] bool encode_with_offsets(const Input& input, Tokens& tokens,
                                         std::uint32_t& next_word) const override;

 private:
  /// The word being read, where it is not simply a part of the text.
  struct Scratch {
    std::string word;
    std::vector<Origin> origins;  ///< of its bytes; only with offsets
    std::u32string characters;
  };

  template <bool kWithOffsets>
  class Pass;
  template <bool kWithOffsets>
  class Words;
  template <bool kWithOffsets>
  class Output;

  [[nodiscard]] static Scratch& thread_scratch();

  /// What a character does to the word being read.
  enum class Effect : std::uint8_t {
    Word,         ///< belongs to it
    Space,        ///< ends it
    Drop,         ///< leaves no trace
    Punctuation,  ///< ends it and is a word of its own
    Chinese,      ///< likewise
    Several,      ///< becomes more than one character
    Stages,       ///< left to the stages one by one
    Beyond,       ///< of a byte: begins a character that is not ASCII
  };
  struct Mapped {
    Effect effect = Effect::Word;
    char32_t code = 0;  ///< after normalisation
  };
  static constexpr char32_t kPageSize = 0x100;
  static constexpr char32_t kPages = 0x10000 / kPageSize;

  // The large block of ideographs, each a word of its own and already normal.
  static constexpr char32_t kFirstIdeograph = 0x4E00;
  static constexpr char32_t kLastIdeograph = 0x9FFF;

  BertPipeline(const BertNormalizer::Options& options, const WordPiece& model,
               const AddedVocabulary& added);

  [[nodiscard]] Mapped map(char32_t code) const {
    if (code < kPages * kPageSize) {
      const std::uint16_t page = pages_[code / kPageSize];
      if (page != 0) {
        return table_[((page - 1) * kPageSize) + (code % kPageSize)];
      }
    }
    return compute(code);
  }

  /// The token of an ideograph of the large block, or kNoToken for other characters, and for all
  /// where ideographs are not set apart.
  [[nodiscard]] std::uint32_t ideograph(char32_t code) const {
    const char32_t index = code - kFirstIdeograph;
    return index < ideographs_.size() ? ideographs_[index] : kNoToken;
  }
  static constexpr std::uint32_t kNoToken = 0xFFFFFFFF;

  [[nodiscard]] Mapped compute(char32_t code) const;
  void normalize(char32_t code, std::u32string& characters) const;
  void fill_pages();
  void fill_ideographs();
  [[nodiscard]] bool may_begin_added(char32_t code) const;
  [[nodiscard]] std::uint32_t single_token(std::string_view character) const;

  BertNormalizer::Options options_;
  const WordPiece& model_;
  std::array<bool, 256> added_starts_;
  bool has_added_;
  std::array<Effect, 256> effects_{};  // by first byte
  std::array<std::uint32_t, 128> punctuation_ids_{};
  std::array<std::uint16_t, kPages> pages_{};  // 1 + number of the page in table_; 0: not kept
  Table<Mapped> table_;
  Table<std::uint32_t> ideographs_;
};

}  // namespace onnxformers::tokenizers
