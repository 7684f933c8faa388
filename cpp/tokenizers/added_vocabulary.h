#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tokenizers/field.h"
#include "tokenizers/normalizers/normalizer.h"
#include "tokenizers/table_archive.h"
#include "tokenizers/trie.h"

namespace onnxformers::tokenizers {

/// A token that is found in the text before the model sees it.
struct AddedToken {
  std::uint32_t id = 0;
  std::string content;
  bool single_word = false;  ///< only where no letter or digit touches it
  bool lstrip = false;       ///< takes the whitespace to its left with it
  bool rstrip = false;       ///< takes the whitespace to its right with it
  bool normalized = false;   ///< looked for in the normalised text, in normalised form
  bool special = false;      ///< left out by decode(skip_special_tokens)
};

/// An added token in a text: bytes [begin, end), whitespace taken included.
struct AddedMatch {
  std::size_t begin;
  std::size_t end;
  const AddedToken* token;
};

/// The "added_tokens" of tokenizer.json. Immutable once built.
///
/// Source: AddedVocabulary of Hugging Face tokenizers; but ids are those of the file.
class AddedVocabulary {
 public:
  /// Looking for tokens takes at most this many steps a byte.
  static constexpr std::size_t kMaxContentBytes = 1024;

  /// @param normalizer for the tokens that are looked for in normalised text; may be null.
  /// @param archive the tables for looking are kept there, or come from there; may be null.
  AddedVocabulary(std::vector<AddedToken> tokens, const Normalizer* normalizer,
                  TableArchive* archive = nullptr);
  AddedVocabulary(const AddedVocabulary&) = delete;
  AddedVocabulary& operator=(const AddedVocabulary&) = delete;

  /// Reads a list; fails with ErrorKind::FileFormat.
  static std::vector<AddedToken> read(const Field& field);

  [[nodiscard]] const std::vector<AddedToken>& tokens() const noexcept { return tokens_; }
  [[nodiscard]] const AddedToken* find(std::string_view content) const;
  [[nodiscard]] const AddedToken* find(std::uint32_t id) const;

  /// Tokens in a text as it came, from the left, the longest at each place; special ones are passed
  /// over if the caller wants that.
  void match_original(std::string_view text, std::vector<AddedMatch>& matches,
                      bool skip_special = false) const {
    original_.match(text, matches, skip_special);
  }

  /// Tokens in normalised text.
  void match_normalized(std::string_view text, std::vector<AddedMatch>& matches,
                        bool skip_special = false) const {
    normalized_.match(text, matches, skip_special);
  }

  /// Bytes with which a token begins that is looked for in normalised text.
  [[nodiscard]] const std::array<bool, 256>& normalized_starts() const noexcept {
    return normalized_.starts;
  }
  [[nodiscard]] bool has_normalized() const noexcept { return !normalized_.trie.empty(); }

 private:
  /// Tokens that are looked for together.
  struct Finder {
    Trie trie;  // value: index of the token
    std::array<bool, 256> starts{};
    std::string distinct_starts;
    const std::vector<AddedToken>* tokens = nullptr;

    void visit_tables(TableArchive& archive) {
      trie.visit_tables(archive);
      archive(starts);
      archive(distinct_starts);
    }
    void match(std::string_view text, std::vector<AddedMatch>& matches, bool skip_special) const;
    [[nodiscard]] std::size_t next_start(std::string_view text, std::size_t from) const noexcept;
  };

  [[nodiscard]] Finder make_finder(bool normalized, const Normalizer* normalizer) const;

  std::vector<AddedToken> tokens_;
  std::unordered_map<std::uint32_t, std::size_t> by_id_;
  std::unordered_map<std::string_view, std::size_t> by_content_;
  Finder original_;
  Finder normalized_;
};

}  // namespace onnxformers::tokenizers
