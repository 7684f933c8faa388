#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/table.h"
#include "tokenizers/models/bpe_border.h"
#include "tokenizers/models/bpe_derivations.h"
#include "tokenizers/models/bpe_merges.h"
#include "tokenizers/models/crossing_filter.h"
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
  static constexpr std::size_t kMaxTokenBytes = 512;

  /// Empty, for build() or visit_tables() to fill. @param merges must outlive it.
  explicit BpeBacktracker(const BpeMerges& merges);

  /// @param derivations those of the merges.
  /// @param entries the bytes of all tokens that are reachable, each once. Their first parts must
  /// be among them.
  void build(const BpeDerivations& derivations, const Trie::Entries& entries,
             Trie::Order order = Trie::Order::Any);

  void visit_tables(TableArchive& archive) {
    archive(tokens_);
    archive(levels_);
    archive(symbols_);
    archive(symbol_ends_);
    crossing_.visit_tables(archive);
    trie_.visit_tables(archive);
  }

  /// Appends the tokens of text[begin, ...), each id with the number of bytes in one number, up to
  /// a character that is no token, or the end; gives that place. kStuck means that the tables are
  /// at odds with each other.
  [[nodiscard]] std::size_t append_pieces(std::string_view text, std::size_t begin,
                                          std::vector<std::uint32_t>& pieces) const;
  [[nodiscard]] static std::uint32_t piece_of(std::uint32_t id, std::size_t bytes) noexcept {
    return id | static_cast<std::uint32_t>(bytes) << kIdBits;
  }
  [[nodiscard]] static std::uint32_t id_of(std::uint32_t piece) noexcept {
    return piece & kNoShorter;
  }
  [[nodiscard]] static std::uint32_t bytes_of(std::uint32_t piece) noexcept {
    return piece >> kIdBits;
  }

  /// Bytes of a reachable token.
  [[nodiscard]] std::uint32_t length(std::uint32_t id) const noexcept {
    return tokens_[id] >> kIdBits;
  }

 private:
  static constexpr unsigned kIdBits = BpeMerges::kBits + 1;
  static constexpr std::uint32_t kNoShorter = (1U << kIdBits) - 1;
  static_assert(kMaxTokenBytes < 1U << (32 - kIdBits));
  static constexpr std::uint32_t kFirstIrregular = 0x80000000U;

  class DeadEnds;

  /// As BpeDerivations::level(); of irregular tokens kFirstIrregular and which of them it is.
  [[nodiscard]] std::uint32_t level(std::uint32_t id) const noexcept {
    if (!levels_.empty()) {
      return levels_[id];
    }
    return id < merges_.size() && merges_.is_live(id) ? id + 1 : 0;
  }
  [[nodiscard]] auto border() const noexcept {
    return BpeBorder(merges_, [this](std::uint32_t id) { return level(id); });
  }
  /// kNone if there is none.
  [[nodiscard]] std::uint32_t shorter(std::uint32_t id) const noexcept {
    const std::uint32_t found = tokens_[id] & kNoShorter;
    return found == kNoShorter ? kNone : found;
  }
  void keep_levels(const BpeDerivations& derivations, const Trie::Entries& entries);
  [[nodiscard]] CrossingFilter find_crossed(const Trie::Entries& entries) const;
  void append_symbols(std::uint32_t id, std::vector<std::uint32_t>& symbols) const;
  [[nodiscard]] bool fits(std::uint32_t left, std::uint32_t right) const;
  [[nodiscard]] bool fits_by_merging(std::uint32_t left, std::uint32_t right) const;
  static_assert(static_cast<std::uint32_t>(Trie::kNoValue) == kNone);

  const BpeMerges& merges_;
  std::uint32_t number_;          // in FitCache
  Table<std::uint32_t> tokens_;   // the longest one that each begins with; above it the length
  Table<std::uint32_t> levels_;   // empty where each token's rank is its id, or it is a symbol
  Table<std::uint32_t> symbols_;  // of irregular tokens
  Table<std::uint32_t> symbol_ends_;
  CrossingFilter crossing_;
  Trie trie_;
};

}  // namespace onnxformers::tokenizers
