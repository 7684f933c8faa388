#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "tokenizers/models/bpe_merges.h"

namespace onnxformers::tokenizers {

/// The one way in which each token of a BPE model comes about, and which two tokens may stand side
/// by side.
///
/// Within the characters of a token merging runs as if they stood alone: no merge has crossed its
/// borders. So every token has one last merge, and of merges that make the same token all others
/// never happen. Two tokens stay neighbours if, while both are taken apart again from the last
/// merge backwards, no merge across their border would have come first.
///
/// Source: the notes on correctness of GitHub's rust-gems crate `bpe` (backtracking encoder).
class BpeDerivations {
 public:
  static constexpr std::uint32_t kNone = BpeMerges::kNone;

  /// Nothing if a merge makes one of lower rank possible, other than in files that list all splits
  /// of every token (where such merges never happen), or makes a symbol.
  /// Time linear in the merges times the depth of tokens.
  ///
  /// @param is_symbol by id: tokens that words consist of before the first merge. Those that a
  /// merge names must have one character each.
  static std::optional<BpeDerivations> make(const BpeMerges& merges,
                                            const std::vector<bool>& is_symbol);

  /// The merges that happen, by rank.
  [[nodiscard]] std::vector<BpeMerges::Merge> merges() const;

  /// Whether the token comes about: the merges of its own characters end in it.
  [[nodiscard]] bool is_reachable(std::uint32_t id) const noexcept {
    return id < tokens_.size() && tokens_[id].level != kNone;
  }

  struct Token {
    std::uint32_t left = kNone;
    std::uint32_t right = kNone;
    std::uint32_t level = kNone;  ///< rank + 1 of its last merge, 0 for a symbol
  };

 private:
  explicit BpeDerivations(const std::vector<bool>& is_symbol);

  [[nodiscard]] bool derive(const BpeMerges& all, const std::vector<BpeMerges::Merge>& merges);
  [[nodiscard]] bool fits(const BpeMerges& all, std::uint32_t left, std::uint32_t right,
                          std::uint32_t bound) const noexcept;

  std::vector<Token> tokens_;
};

}  // namespace onnxformers::tokenizers
