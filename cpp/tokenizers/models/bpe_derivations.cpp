#include "tokenizers/models/bpe_derivations.h"

#include <algorithm>

#include "tokenizers/models/bpe_word.h"

namespace onnxformers::tokenizers {

namespace {

/// Symbols that may be merged to work out irregular tokens: a fraction of a second.
constexpr std::size_t kMostSymbols = std::size_t{1} << 20U;

}  // namespace

BpeDerivations::BpeDerivations(const std::vector<bool>& is_symbol) : tokens_(is_symbol.size()) {
  for (std::size_t id = 0; id < is_symbol.size(); ++id) {
    if (is_symbol[id]) {
      tokens_[id].level = 0;
    }
  }
}

std::optional<BpeDerivations> BpeDerivations::make(const BpeMerges& merges,
                                                   const std::vector<bool>& is_symbol) {
  Merges list = merges.all();
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

bool BpeDerivations::derive(const BpeMerges& all, const Merges& merges) {
  std::vector<std::uint32_t> early;  // ranks whose parts are not there yet
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    const auto [left, right, merged] = merges[rank];
    if (merged == kNone) {
      continue;
    }
    if (!is_regular(left) || !is_regular(right)) {
      early.push_back(rank);
    } else if (!is_regular(merged) && fits(all, left, right, rank)) {
      tokens_[merged] = {.left = left, .right = right, .level = rank + 1};
    }
  }
  // Where such a pair comes to stand side by side after all, its merge goes back in rank.
  const bool is_ordered = std::ranges::none_of(early, [&](std::uint32_t rank) {
    const auto& merge = merges[rank];
    return is_regular(merge.left) && is_regular(merge.right) && !is_regular(merge.merged) &&
           fits(all, merge.left, merge.right, rank);
  });
  return is_ordered || derive_irregular(all, merges);
}

/// Tries out what merging makes of every token that is not regular, parts first.
bool BpeDerivations::derive_irregular(const BpeMerges& all, const Merges& merges) {
  std::vector<bool> is_decided(tokens_.size());
  std::vector<std::uint32_t> symbols;
  std::size_t tried = 0;
  for (bool goes_on = true; goes_on;) {
    goes_on = false;
    for (const auto& merge : merges) {
      if (merge.merged == kNone || is_regular(merge.merged) || is_decided[merge.merged] ||
          !is_reachable(merge.left) || !is_reachable(merge.right)) {
        continue;
      }
      symbols.clear();
      append_symbols(merge.left, symbols);
      append_symbols(merge.right, symbols);
      tried += symbols.size();
      if (tried > kMostSymbols) {
        return false;
      }
      is_decided[merge.merged] = true;
      bool is_whole = false;
      merge_bpe_word(all, symbols, [&](std::uint32_t id, std::size_t begin, std::size_t end) {
        is_whole = id == merge.merged && begin == 0 && end == symbols.size();
      });
      if (is_whole) {
        irregular_.emplace(merge.merged, symbols);
        goes_on = true;
      }
    }
  }
  return true;
}

/// Whether two regular tokens come to stand side by side if the merge of both has the rank `bound`.
bool BpeDerivations::fits(const BpeMerges& all, std::uint32_t left, std::uint32_t right,
                          std::uint32_t bound) const noexcept {
  for (bool is_whole = true;; is_whole = false) {
    if (!is_whole && all.rank(left, right) < bound) {
      return false;
    }
    const Token& a = tokens_[left];
    const Token& b = tokens_[right];
    if (a.level > b.level) {
      bound = a.level - 1;
      left = a.right;
    } else if (b.level != 0) {
      bound = b.level;  // of equal ranks the one more to the left comes first
      right = b.left;
    } else {
      return true;
    }
  }
}

void BpeDerivations::append_symbols(std::uint32_t id, std::vector<std::uint32_t>& symbols) const {
  if (const auto found = irregular_.find(id); found != irregular_.end()) {
    symbols.insert(symbols.end(), found->second.begin(), found->second.end());
    return;
  }
  std::vector<std::uint32_t> open = {id};
  while (!open.empty()) {
    const std::uint32_t next = open.back();
    open.pop_back();
    if (tokens_[next].level == 0) {
      symbols.push_back(next);
    } else {
      open.push_back(tokens_[next].right);
      open.push_back(tokens_[next].left);
    }
  }
}

std::vector<BpeMerges::Merge> BpeDerivations::merges() const {
  std::vector<std::uint32_t> ids;
  for (std::uint32_t id = 0; id < tokens_.size(); ++id) {
    if (is_regular(id) && tokens_[id].level != 0) {
      ids.push_back(id);
    }
  }
  std::ranges::sort(ids, {}, [&](std::uint32_t id) { return tokens_[id].level; });
  Merges merges;
  merges.reserve(ids.size());
  for (const std::uint32_t id : ids) {
    merges.push_back({.left = tokens_[id].left, .right = tokens_[id].right, .merged = id});
  }
  return merges;
}

}  // namespace onnxformers::tokenizers
