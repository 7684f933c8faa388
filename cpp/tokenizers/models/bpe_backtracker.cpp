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

BpeBacktracker::BpeBacktracker(const BpeMerges& merges) : merges_(merges), number_(next_number()) {}

void BpeBacktracker::build(const BpeDerivations& derivations, const Entries& entries) {
  trie_ = Trie(entries);
  std::vector<Token> tokens(derivations.size());
  std::vector<std::uint32_t> symbols;
  for (std::uint32_t id = 0; id < derivations.size(); ++id) {
    add_derivation(derivations, id, tokens[id], symbols);
  }
  for (const auto& [bytes, id] : entries) {
    Token& token = tokens[static_cast<std::size_t>(id)];
    token.length = static_cast<std::uint32_t>(bytes.size());
    token.shorter = longest(bytes.substr(0, bytes.size() - 1), 0);
  }
  const std::vector<BpeMerges::Merge> all = merges_.all();
  for (std::uint32_t rank = 0; rank < all.size(); ++rank) {
    if (all[rank].merged != kNone) {
      Token& left = tokens[all[rank].left];
      Token& right = tokens[all[rank].right];
      left.first_left = std::min(left.first_left, rank);
      right.first_right = std::min(right.first_right, rank);
    }
  }
  tokens_ = Table<Token>(std::move(tokens));
  symbols_ = Table<std::uint32_t>(std::move(symbols));
}

void BpeBacktracker::add_derivation(const BpeDerivations& derivations, std::uint32_t id,
                                    Token& token, std::vector<std::uint32_t>& symbols) const {
  if (derivations.is_regular(id)) {
    const BpeDerivations::Token& made = derivations.token(id);
    token.level = made.level;
    token.left = made.left;
    token.right = made.right;
  } else if (derivations.is_reachable(id)) {
    token.left = static_cast<std::uint32_t>(symbols.size());
    derivations.append_symbols(id, symbols);
    token.right = static_cast<std::uint32_t>(symbols.size());
  }
}

/// Whether no merge would have crossed the border of two neighbours. Both are taken apart from the
/// last merge backwards, see BpeDerivations.
bool BpeBacktracker::compute_fits(std::uint32_t left, std::uint32_t right) const {
  if (tokens_[left].level == kNone || tokens_[right].level == kNone) {
    return fits_by_merging(left, right);
  }
  std::uint32_t bound = kNone;
  for (;;) {
    // Most pairs need no look-up: the merges that one of them takes part in come too late.
    const Token& a = tokens_[left];
    const Token& b = tokens_[right];
    if (std::max(a.first_left, b.first_right) < bound && merges_.rank(left, right) < bound) {
      return false;
    }
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

/// Parts of regular tokens are regular.
void BpeBacktracker::append_symbols(std::uint32_t id, std::vector<std::uint32_t>& symbols) const {
  const Token& token = tokens_[id];
  if (token.level == kNone) {
    symbols.insert(symbols.end(), symbols_.begin() + token.left, symbols_.begin() + token.right);
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

bool BpeBacktracker::fits_by_merging(std::uint32_t left, std::uint32_t right) const {
  static thread_local std::vector<std::uint32_t> symbols;
  symbols.clear();
  append_symbols(left, symbols);
  const std::size_t border = symbols.size();
  append_symbols(right, symbols);
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
