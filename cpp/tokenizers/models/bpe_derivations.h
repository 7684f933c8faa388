#pragma once

#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "tokenizers/models/bpe_border.h"
#include "tokenizers/models/bpe_merges.h"

namespace onnxformers::tokenizers {

/// The one way in which each token of a BPE model comes about.
///
/// Within the characters of a token merging runs as if they stood alone: no merge has crossed its
/// borders. So every token has one last merge, and of merges that make the same token all others
/// never happen. Two tokens may be neighbours in a result if they are what merging makes of the
/// characters of both.
///
/// Tokens are regular if each of their merges has a higher rank than those before. Whether two
/// regular ones may be neighbours is told by taking both apart again from the last merge backwards:
/// no merge across their border may have come first. All tokens of trained models are regular; of
/// files that list all splits of every token, ordered by score, a few are not ("▁▁▁" of Llama 2).
///
/// Source: the notes on correctness of the backtracking encoder of GitHub's rust-gems crate `bpe`.
class BpeDerivations {
 public:
  static constexpr std::uint32_t kNone = BpeMerges::kNone;

  /// Nothing if a merge makes a symbol, or where irregular tokens are too many or too long to be
  /// worked out. Time linear in the merges times the depth of tokens.
  ///
  /// @param merges must outlive it.
  /// @param is_symbol by id: tokens that words consist of before the first merge. Those that a
  /// merge names must have one character each.
  static std::optional<BpeDerivations> make(const BpeMerges& merges,
                                            const std::vector<bool>& is_symbol);

  /// Number of ids.
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(levels_.size());
  }

  /// The merges that happen, by rank; of irregular tokens all that make them.
  [[nodiscard]] std::vector<BpeMerges::Merge> merges() const;

  /// Whether the merges of the token's own characters end in it.
  [[nodiscard]] bool is_reachable(std::uint32_t id) const noexcept {
    return is_regular(id) || irregular_.contains(id);
  }
  [[nodiscard]] bool is_regular(std::uint32_t id) const noexcept {
    return id < levels_.size() && levels_[id] != kNone;
  }

  /// Of a regular token: rank + 1 of its last merge, 0 for a symbol; kNone for others.
  [[nodiscard]] std::uint32_t level(std::uint32_t id) const noexcept { return levels_[id]; }

  /// Appends the symbols of a token that is reachable.
  void append_symbols(std::uint32_t id, std::vector<std::uint32_t>& symbols) const;

 private:
  BpeDerivations(const BpeMerges& merges, const std::vector<bool>& is_symbol);

  [[nodiscard]] auto border() const noexcept {
    return BpeBorder(*merges_, [this](std::uint32_t id) { return levels_[id]; });
  }
  [[nodiscard]] bool derive();
  [[nodiscard]] std::vector<char> tell_apart() const;
  [[nodiscard]] bool derive_irregular();

  const BpeMerges* merges_;
  std::vector<std::uint32_t> levels_;                                        // by id
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> irregular_;  // with their symbols
};

}  // namespace onnxformers::tokenizers
