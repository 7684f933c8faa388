#include "tokenizers/models/bpe_backtracker.h"

#include <algorithm>
#include <atomic>

#include "tokenizers/models/bpe_word.h"

namespace onnxformers::tokenizers {

namespace {

/// Tells one model from another in FitCache, and from those of other kinds.
std::uint32_t next_number() {
  static std::atomic<std::uint32_t> last{FitCache::kMost / 2};
  return ++last;
}

}  // namespace

/// Places of a text where no token fits. Most texts have none.
class BpeBacktracker::DeadEnds {
 public:
  explicit DeadEnds(std::size_t size) : size_(size) {}

  [[nodiscard]] bool has(std::size_t place) const noexcept {
    return any_ && (bits()[place / kBits] >> (place % kBits) & 1U) != 0;
  }
  void add(std::size_t place) {
    if (!any_) {
      bits().assign((size_ / kBits) + 1, 0);
      any_ = true;
    }
    bits()[place / kBits] |= std::uint64_t{1} << (place % kBits);
  }

 private:
  static constexpr std::size_t kBits = 64;

  [[nodiscard]] static std::vector<std::uint64_t>& bits() {
    static thread_local std::vector<std::uint64_t> bits;
    return bits;
  }

  std::size_t size_;
  bool any_ = false;
};

BpeBacktracker::BpeBacktracker(
    const BpeMerges& merges, BpeDerivations derivations,
    const std::vector<std::pair<std::string_view, std::int32_t>>& entries)
    : merges_(merges),
      derivations_(std::move(derivations)),
      number_(next_number()),
      trie_(entries) {
  std::size_t size = 0;
  for (const auto& entry : entries) {
    size = std::max(size, static_cast<std::size_t>(entry.second) + 1);
  }
  tokens_.resize(size);
  for (const auto& [bytes, id] : entries) {
    Token& token = tokens_[static_cast<std::size_t>(id)];
    token.length = static_cast<std::uint32_t>(bytes.size());
    token.shorter = longest(bytes.substr(0, bytes.size() - 1), 0);
  }
  add_merges();
}

void BpeBacktracker::add_merges() {
  const std::vector<BpeMerges::Merge> merges = merges_.all();
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    const auto [left, right, merged] = merges[rank];
    if (merged != kNone) {
      tokens_.resize(std::max<std::size_t>(tokens_.size(), std::max({left, right, merged}) + 1));
      tokens_[left].first_left = std::min(tokens_[left].first_left, rank);
      tokens_[right].first_right = std::min(tokens_[right].first_right, rank);
    }
  }
}

/// Whether no merge would have crossed the border of two neighbours. Both are taken apart from the
/// last merge backwards, see BpeDerivations.
bool BpeBacktracker::compute_fits(std::uint32_t left, std::uint32_t right) const {
  if (!derivations_.is_regular(left) || !derivations_.is_regular(right)) {
    return fits_by_merging(left, right);
  }
  std::uint32_t bound = kNone;
  for (;;) {
    // Most pairs need no look-up: the merges that one of them takes part in come too late.
    const std::uint32_t first = std::max(tokens_[left].first_left, tokens_[right].first_right);
    if (first < bound && merges_.rank(left, right) < bound) {
      return false;
    }
    const BpeDerivations::Token& a = derivations_.token(left);
    const BpeDerivations::Token& b = derivations_.token(right);
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

bool BpeBacktracker::fits_by_merging(std::uint32_t left, std::uint32_t right) const {
  static thread_local std::vector<std::uint32_t> symbols;
  symbols.clear();
  derivations_.append_symbols(left, symbols);
  const std::size_t border = symbols.size();
  derivations_.append_symbols(right, symbols);
  bool fits = false;
  merge_bpe_word(merges_, symbols, [&](std::uint32_t id, std::size_t begin, std::size_t end) {
    if (begin == 0) {
      fits = id == left && end == border;
    } else {
      fits = fits && id == right && end == symbols.size();
    }
  });
  return fits;
}

bool BpeBacktracker::fits(std::uint32_t left, std::uint32_t right) const {
  const auto compute = [&] { return compute_fits(left, right); };
  return number_ < FitCache::kMost ? FitCache::get().find(number_, left, right, compute)
                                   : compute();
}

std::size_t BpeBacktracker::append_ids(std::string_view text, std::size_t begin,
                                       std::vector<std::uint32_t>& ids) const {
  const std::size_t first = ids.size();
  DeadEnds dead_ends(text.size() - begin);
  std::uint32_t before = kNone;
  for (std::size_t at = begin;;) {
    std::uint32_t token = longest(text, at);
    if (token == kNone) {
      return at;
    }
    std::size_t end = at + tokens_[token].length;
    while (dead_ends.has(end - begin) || (before != kNone && !fits(before, token))) {
      token = tokens_[token].shorter;
      while (token == kNone) {  // back to the token before, for which a shorter one is taken
        if (ids.size() == first) {
          return kStuck;
        }
        dead_ends.add(at - begin);
        at -= tokens_[ids.back()].length;
        token = tokens_[ids.back()].shorter;
        ids.pop_back();
        before = ids.size() == first ? kNone : ids.back();
      }
      end = at + tokens_[token].length;
    }
    ids.push_back(token);
    before = token;
    at = end;
  }
}

}  // namespace onnxformers::tokenizers
