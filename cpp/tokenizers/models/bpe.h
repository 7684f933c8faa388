#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/models/bpe_characters.h"
#include "tokenizers/models/bpe_derivations.h"
#include "tokenizers/models/bpe_merges.h"
#include "tokenizers/models/model.h"

namespace onnxformers::tokenizers {

/// Byte-pair encoding: a word is taken apart into characters, then the two neighbours whose merge
/// has the lowest rank become one, the leftmost first, until no merge fits.
///
/// Time: O(n log n) at most for a word of n characters, see bpe_word.h.
///
/// Source: BPE of Hugging Face tokenizers 0.23; Sennrich et al. 2016, arXiv:1508.07909. Dropout
/// (arXiv:1910.13267) is for training and refused.
class Bpe final : public Model {
 public:
  struct Options {
    std::optional<std::string> unk_token;
    std::string continuing_subword_prefix;  ///< before every character but the first of a word
    std::string end_of_word_suffix;         ///< behind the last character of a word
    bool fuse_unk = false;                  ///< neighbouring unknown characters are one token
    bool byte_fallback = false;             ///< unknown characters become <0x..> tokens
    bool ignore_merges = false;             ///< a word that is a token is taken whole
  };

  static std::unique_ptr<Model> from_json(const Field& field);

  /// @param merges of ids of the vocabulary, by rank.
  Bpe(Vocabulary vocabulary, Options options, const std::vector<BpeMerges::Merge>& merges);

  static std::unique_ptr<Model> empty() { return std::unique_ptr<Model>(new Bpe()); }
  void visit_tables(TableArchive& archive) override;

  [[nodiscard]] bool has_subword_prefix() const noexcept override {
    return !options_.continuing_subword_prefix.empty();
  }

  /// Fails with ErrorKind::InvalidArgument if the word has an unknown character and the unknown
  /// token of the file is not in its vocabulary.
  void append_ids(std::string_view word, std::vector<std::uint32_t>& ids) const override;
  void append_tokens(std::string_view word, std::vector<WordToken>& tokens) const override;

  /// Merges the ids of single characters; for callers that know them themselves.
  void append_merged(std::span<const std::uint32_t> symbols, std::vector<std::uint32_t>& ids) const;

  /// Whether the word that the token spells (without end_of_word_suffix) is that one token.
  [[nodiscard]] bool is_reachable(std::uint32_t id) const;

  [[nodiscard]] const Options& options() const noexcept { return options_; }
  [[nodiscard]] const BpeMerges& merges() const noexcept { return merges_; }
  [[nodiscard]] const BpeCharacters& characters() const noexcept { return characters_; }

  /// How the tokens come about; nothing for words with prefixes or suffixes, and where symbols of
  /// no character of their own (unknown, bytes) take part in merges. Linear in the vocabulary.
  [[nodiscard]] std::optional<BpeDerivations> derive() const;

 private:
  struct Symbols;

  Bpe() = default;

  [[nodiscard]] static Symbols& scratch();
  [[nodiscard]] std::optional<std::uint32_t> find_whole(std::string_view word) const;
  void split(std::string_view word, Symbols& symbols) const;
  void add_unknown(std::string_view word, const BpeCharacter& character, Symbols& symbols) const;
  [[nodiscard]] bool add_bytes(std::string_view bytes, Symbols& symbols) const;
  [[nodiscard]] std::uint32_t unk_id() const;

  Options options_;
  BpeMerges merges_;
  BpeCharacters characters_;
  std::optional<std::uint32_t> unk_id_;
};

}  // namespace onnxformers::tokenizers
