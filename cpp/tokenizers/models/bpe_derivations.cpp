#include "tokenizers/models/bpe_derivations.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "base/cpu.h"
#include "base/parallel.h"
#include "tokenizers/models/bpe_word.h"

namespace onnxformers::tokenizers {

namespace {

/// Symbols that may be merged to work out irregular tokens: a fraction of a second.
constexpr std::size_t kMostSymbols = std::size_t{1} << 20U;

/// A second thread pays from here on.
constexpr std::size_t kManyMerges = std::size_t{1} << 15U;

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

/// Of each merge whether no other one comes before it while its parts come about; what it says
/// counts where they are regular. Nothing where a token has several merges, or one comes after what
/// is made of it, as in no trained model: there the answer depends on those for earlier ranks.
std::vector<char> BpeDerivations::tell_apart() const {
  if (!merges_->is_ordered()) {
    return {};
  }
  std::vector<std::uint32_t> levels = levels_;
  for (std::uint32_t rank = 0; rank < merges_->size(); ++rank) {
    if (!merges_->is_live(rank) || levels[merges_->left(rank)] == kNone ||
        levels[merges_->right(rank)] == kNone) {
      continue;
    }
    if (std::exchange(levels[merges_->merged(rank)], rank + 1) != kNone) {
      return {};
    }
  }
  const BpeBorder border(*merges_, [&](std::uint32_t id) { return levels[id]; });
  std::vector<char> are_first(merges_->size());
  const unsigned threads = are_first.size() < kManyMerges ? 1 : brief_threads();
  parallel_for(are_first.size(), threads, [&](std::size_t begin, std::size_t end) {
    for (auto rank = static_cast<std::uint32_t>(begin); rank < end; ++rank) {
      if (merges_->is_live(rank) && levels[merges_->merged(rank)] == rank + 1) {
        are_first[rank] = border.holds_within(rank) ? 1 : 0;
      }
    }
  });
  return are_first;
}

bool BpeDerivations::derive() {
  const std::vector<char> are_first = tell_apart();
  const auto is_first = [&](std::uint32_t rank) {
    return are_first.empty() ? border().holds_within(rank) : are_first[rank] != 0;
  };
  std::vector<std::uint32_t> early;  // ranks whose parts are not there yet
  for (std::uint32_t rank = 0; rank < merges_->size(); ++rank) {
    if (!merges_->is_live(rank)) {
      continue;
    }
    const std::uint32_t merged = merges_->merged(rank);
    if (!is_regular(merges_->left(rank)) || !is_regular(merges_->right(rank))) {
      early.push_back(rank);
    } else if (!is_regular(merged) && is_first(rank)) {
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
    if (merges_->is_live(rank) && (levels_[merges_->merged(rank)] == rank + 1 ||
                                   irregular_.contains(merges_->merged(rank)))) {
      merges.push_back({.left = merges_->left(rank),
                        .right = merges_->right(rank),
                        .merged = merges_->merged(rank)});
    }
  }
  return merges;
}

}  // namespace onnxformers::tokenizers
