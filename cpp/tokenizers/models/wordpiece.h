#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tokenizers/models/model.h"
#include "tokenizers/models/short_words.h"
#include "tokenizers/trie.h"

namespace onnxformers::tokenizers {

/// Greedy longest match from the left; pieces after the first are looked up behind a prefix ("##").
/// A word that cannot be covered, or with too many characters, is one unknown token.
///
/// Time: at most (bytes of the word) x (bytes of the longest token); one probe if the whole word is
/// a token.
///
/// Source: WordPiece of Hugging Face tokenizers; Wu et al. 2016, arXiv:1609.08144.
class WordPiece final : public Model {
 public:
  struct Options {
    std::string unk_token = "[UNK]";
    std::string continuing_subword_prefix = "##";
    std::size_t max_input_chars_per_word = 100;
  };

  static std::unique_ptr<Model> from_json(const Field& field);

  /// @param unk_id of options.unk_token in the vocabulary.
  WordPiece(Vocabulary vocabulary, const Options& options, std::uint32_t unk_id);

  static std::unique_ptr<Model> empty() { return std::unique_ptr<Model>(new WordPiece()); }
  void visit_tables(TableArchive& archive) override;

  [[nodiscard]] bool has_subword_prefix() const noexcept override { return has_prefix_; }

  void append_ids(std::string_view word, std::vector<std::uint32_t>& ids) const override;
  void append_tokens(std::string_view word, std::vector<WordToken>& tokens) const override;

  [[nodiscard]] std::uint32_t unk_id() const noexcept { return unk_id_; }
  [[nodiscard]] std::size_t max_characters() const noexcept { return max_characters_; }

  /// The word as one token; ShortWords::kNone says nothing.
  [[nodiscard]] std::uint32_t find_whole(const ShortWord& word) const noexcept {
    return whole_words_.find(word);
  }

  /// Calls put(id, begin, end) for every piece of a word that is within max_characters(). False
  /// (after any number of calls) if the word cannot be covered: then it is one unknown token.
  template <typename Put>
  [[nodiscard]] bool cover(std::string_view word, Put put) const {
    for (std::size_t begin = 0; begin < word.size();) {
      const Trie::Match match = (begin == 0 ? first_ : others_).longest(word, begin);
      if (match.value == Trie::kNoValue) {
        return false;
      }
      put(static_cast<std::uint32_t>(match.value), begin, match.end);
      begin = match.end;
    }
    return true;
  }

 private:
  WordPiece() = default;

  [[nodiscard]] static Trie::Entries entries_of(const Vocabulary& vocabulary,
                                                const Options& options);
  void index(const Trie::Entries& entries, std::string_view prefix);
  [[nodiscard]] bool is_too_long(std::string_view word) const noexcept;

  ShortWords whole_words_;
  Trie first_;
  Trie others_;  // of those with the prefix, without it
  bool has_prefix_ = false;
  std::uint32_t unk_id_ = 0;
  std::size_t max_characters_ = 0;
};

}  // namespace onnxformers::tokenizers
