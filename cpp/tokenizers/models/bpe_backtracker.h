#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/table.h"
#include "tokenizers/models/bpe_derivations.h"
#include "tokenizers/models/bpe_merges.h"
#include "tokenizers/models/fit_cache.h"
#include "tokenizers/table_archive.h"
#include "tokenizers/trie.h"

namespace onnxformers::tokenizers {

/// BPE without merging: from the left the longest token that may stand behind the one before, and
/// back where none may. As every two neighbours of the result fit, it is that of the merges.
///
/// Time: linear in the text for bounded tokens: each place is left for good at most once, with at
/// most as many tries as tokens begin there.
///
/// Source: the notes on the backtracking encoder of GitHub's rust-gems crate `bpe`.
class BpeBacktracker {
 public:
  static constexpr std::uint32_t kNone = BpeMerges::kNone;
  static constexpr std::size_t kStuck = ~std::size_t{0};

  /// Longer tokens are not accepted: they bound the tries at each place.
  static constexpr std::size_t kMaxTokenBytes = 256;

  using Entries = std::vector<std::pair<std::string_view, std::int32_t>>;

  /// Empty, for build() or visit_tables() to fill. @param merges must outlive it.
  explicit BpeBacktracker(const BpeMerges& merges);

  /// @param derivations those of the merges.
  /// @param entries the bytes of all tokens that are reachable, each once. Their first parts must
  /// be among them.
  void build(const BpeDerivations& derivations, const Entries& entries);

  void visit_tables(TableArchive& archive) {
    archive(tokens_);
    archive(symbols_);
    trie_.visit_tables(archive);
  }

  /// Appends the tokens of text[begin, ...) up to a character that is no token, or the end; gives
  /// that place. kStuck means that the tables are at odds with each other.
  [[nodiscard]] std::size_t append_ids(std::string_view text, std::size_t begin,
                                       std::vector<std::uint32_t>& ids) const;

  /// Bytes of a token that append_ids() gave.
  [[nodiscard]] std::uint32_t length(std::uint32_t id) const noexcept { return tokens_[id].length; }

 private:
  struct Token {
    std::uint32_t level = kNone;        // rank + 1 of its last merge, 0 for a symbol
    std::uint32_t left = kNone;         // parts of that merge
    std::uint32_t right = kNone;        // of irregular tokens, whose level is kNone: where their
                                        // symbols begin and end
    std::uint32_t shorter = kNone;      // the longest token that it begins with
    std::uint32_t length = 0;           // in bytes
    std::uint32_t first_left = kNone;   // lowest rank of the merges that it is the left part of
    std::uint32_t first_right = kNone;  // likewise the right part
  };
  class DeadEnds;

  void add_derivation(const BpeDerivations& derivations, std::uint32_t id, Token& token,
                      std::vector<std::uint32_t>& symbols) const;
  void append_symbols(std::uint32_t id, std::vector<std::uint32_t>& symbols) const;
  [[nodiscard]] bool fits(std::uint32_t left, std::uint32_t right) const;
  [[nodiscard]] bool compute_fits(std::uint32_t left, std::uint32_t right) const;
  [[nodiscard]] bool fits_by_merging(std::uint32_t left, std::uint32_t right) const;
  [[nodiscard]] std::uint32_t longest(std::string_view text, std::size_t at) const noexcept {
    const Trie::Match match = trie_.longest(Trie::kRoot, text, at);
    return match.value == Trie::kNoValue ? kNone : static_cast<std::uint32_t>(match.value);
  }

  const BpeMerges& merges_;
  std::uint32_t number_;  // in FitCache
  Table<Token> tokens_;
  Table<std::uint32_t> symbols_;  // of irregular tokens
  Trie trie_;
};

}  // namespace onnxformers::tokenizers
