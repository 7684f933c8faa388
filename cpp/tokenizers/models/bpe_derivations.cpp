#include "tokenizers/models/bpe_derivations.h"

#include <algorithm>

namespace onnxformers::tokenizers {

BpeDerivations::BpeDerivations(const std::vector<bool>& is_symbol) : tokens_(is_symbol.size()) {
  for (std::size_t id = 0; id < is_symbol.size(); ++id) {
    if (is_symbol[id]) {
      tokens_[id].level = 0;
    }
  }
}

std::optional<BpeDerivations> BpeDerivations::make(const BpeMerges& merges,
                                                   const std::vector<bool>& is_symbol) {
  const std::vector<BpeMerges::Merge> list = merges.all();
  for (const auto& merge : list) {
    const bool is_gone = merge.merged == kNone;  // the pair comes again later
    if (!is_gone && (std::max({merge.left, merge.right, merge.merged}) >= is_symbol.size() ||
                     is_symbol[merge.merged])) {
      return std::nullopt;
    }
  }
  BpeDerivations derivations(is_symbol);
  if (!derivations.derive(merges, list)) {
    return std::nullopt;
  }
  return derivations;
}

bool BpeDerivations::derive(const BpeMerges& all, const std::vector<BpeMerges::Merge>& merges) {
  std::vector<std::uint32_t> early;  // ranks whose parts are not there yet
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    const auto [left, right, merged] = merges[rank];
    if (merged == kNone) {
      continue;
    }
    if (!is_reachable(left) || !is_reachable(right)) {
      early.push_back(rank);
    } else if (!is_reachable(merged) && fits(all, left, right, rank)) {
      tokens_[merged] = {.left = left, .right = right, .level = rank + 1};
    }
  }
  // Where such a pair can come to stand side by side after all, its merge would go back in rank.
  return std::ranges::none_of(early, [&](std::uint32_t rank) {
    const auto& merge = merges[rank];
    return is_reachable(merge.left) && is_reachable(merge.right) &&
           fits(all, merge.left, merge.right, kNone);
  });
}

/// Whether two tokens stay apart while only merges below the rank `bound` are made.
bool BpeDerivations::fits(const BpeMerges& all, std::uint32_t left, std::uint32_t right,
                          std::uint32_t bound) const noexcept {
  for (;;) {
    const std::uint32_t rank = all.rank(left, right);
    if (rank < bound && tokens_[all.merged(rank)].level == rank + 1) {
      return false;
    }
    const Token& a = tokens_[left];
    const Token& b = tokens_[right];
    if (a.level > b.level) {
      bound = std::min(bound, a.level - 1);
      left = a.right;
    } else if (b.level != 0) {
      bound = std::min(bound, b.level);  // of equal ranks the one more to the left comes first
      right = b.left;
    } else {
      return true;
    }
  }
}

std::vector<BpeMerges::Merge> BpeDerivations::merges() const {
  std::vector<std::uint32_t> ids;
  for (std::uint32_t id = 0; id < tokens_.size(); ++id) {
    if (is_reachable(id) && tokens_[id].level != 0) {
      ids.push_back(id);
    }
  }
  std::ranges::sort(ids, {}, [&](std::uint32_t id) { return tokens_[id].level; });
  std::vector<BpeMerges::Merge> merges;
  merges.reserve(ids.size());
  for (const std::uint32_t id : ids) {
    merges.push_back({.left = tokens_[id].left, .right = tokens_[id].right, .merged = id});
  }
  return merges;
}

}  // namespace onnxformers::tokenizers
