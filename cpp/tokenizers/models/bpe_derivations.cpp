#include "tokenizers/models/bpe_derivations.h"

#include <algorithm>

#include "tokenizers/models/bpe_word.h"

namespace onnxformers::tokenizers {

namespace {

/// Symbols that may be merged to work out irregular tokens: a fraction of a second.
constexpr std::size_t kMostSymbols = std::size_t{1} << 20U;

}  // namespace

BpeDerivations::BpeDerivations(const BpeMerges& merges, const std::vector<bool>& is_symbol)
    : merges_(&merges), levels_(is_symbol.size(), kNone) {
  for (std::size_t id = 0; id < is_symbol.size(); ++id) {
    if (is_symbol[id]) {
      levels_[id] = 0;
    }
  }
}

std::optional<BpeDerivations> BpeDerivations::make(const BpeMerges& merges,
                                                   const std::vector<bool>& is_symbol) {
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    if (merges.is_live(rank) && (std::max({merges.left(rank), merges.right(rank),
                                           merges.merged(rank)}) >= is_symbol.size() ||
                                 is_symbol[merges.merged(rank)])) {
      return std::nullopt;
    }
  }
  BpeDerivations derivations(merges, is_symbol);
  if (!derivations.derive()) {
    return std::nullopt;
  }
  return derivations;
}

bool BpeDerivations::derive() {
  std::vector<std::uint32_t> early;  // ranks whose parts are not there yet
  for (std::uint32_t rank = 0; rank < merges_->size(); ++rank) {
    if (!merges_->is_live(rank)) {
      continue;
    }
    const std::uint32_t merged = merges_->merged(rank);
    if (!is_regular(merges_->left(rank)) || !is_regular(merges_->right(rank))) {
      early.push_back(rank);
    } else if (!is_regular(merged) && border().holds_within(rank)) {
      levels_[merged] = rank + 1;
    }
  }
  // Where such a pair comes to stand side by side after all, its merge goes back in rank.
  const bool is_ordered = std::ranges::none_of(early, [&](std::uint32_t rank) {
    return is_regular(merges_->left(rank)) && is_regular(merges_->right(rank)) &&
           !is_regular(merges_->merged(rank)) && border().holds_within(rank);
  });
  return is_ordered || derive_irregular();
}

/// Tries out what merging makes of every token that is not regular, parts first.
bool BpeDerivations::derive_irregular() {
  std::vector<bool> is_decided(levels_.size());
  std::vector<std::uint32_t> symbols;
  std::size_t tried = 0;
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    for (const auto& [left, right, merged] : merges_->all()) {
      if (merged == kNone || is_regular(merged) || is_decided[merged] || !is_reachable(left) ||
          !is_reachable(right)) {
        continue;
      }
      symbols.clear();
      append_symbols(left, symbols);
      append_symbols(right, symbols);
      tried += symbols.size();
      if (tried > kMostSymbols) {
        return false;
      }
      is_decided[merged] = true;
      bool is_whole = false;
      merge_bpe_word(*merges_, symbols, [&](std::uint32_t id, std::size_t begin, std::size_t end) {
        is_whole = id == merged && begin == 0 && end == symbols.size();
      });
      if (is_whole) {
        irregular_.emplace(merged, symbols);
        goes_on = true;
      }
    }
  }
  return true;
}

void BpeDerivations::append_symbols(std::uint32_t id, std::vector<std::uint32_t>& symbols) const {
  if (const auto found = irregular_.find(id); found != irregular_.end()) {
    symbols.insert(symbols.end(), found->second.begin(), found->second.end());
  } else {
    border().append_symbols(id, symbols);
  }
}

std::vector<BpeMerges::Merge> BpeDerivations::merges() const {
  std::vector<BpeMerges::Merge> merges;
  for (std::uint32_t rank = 0; rank < merges_->size(); ++rank) {
    if (merges_->is_live(rank) && levels_[merges_->merged(rank)] == rank + 1) {
      merges.push_back({.left = merges_->left(rank),
                        .right = merges_->right(rank),
                        .merged = merges_->merged(rank)});
    }
  }
  return merges;
}

}  // namespace onnxformers::tokenizers
