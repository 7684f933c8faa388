#include "tokenizers/models/bpe_backtracker.h"

#include <algorithm>

#include "tokenizers/models/bpe_word.h"
#include "tokenizers/models/fit_cache.h"

namespace onnxformers::tokenizers {

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

BpeBacktracker::BpeBacktracker(const BpeMerges& merges) : merges_(merges), number_(next_owner()) {}

void BpeBacktracker::build(const BpeDerivations& derivations, const Trie::Entries& entries,
                           Trie::Order order) {
  std::vector<std::int32_t> shorter(derivations.size(), Trie::kNoValue);
  trie_ = Trie(entries, shorter, order);
  std::vector<std::uint32_t> tokens(derivations.size(), kNoShorter);
  for (const auto& [bytes, value] : entries) {
    const auto id = static_cast<std::uint32_t>(value);
    tokens[id] = static_cast<std::uint32_t>(bytes.size()) << kIdBits |
                 (static_cast<std::uint32_t>(shorter[id]) & kNoShorter);
  }
  tokens_ = std::move(tokens);
  keep_levels(derivations, entries);
  crossing_ = find_crossed(entries);
}

void BpeBacktracker::keep_levels(const BpeDerivations& derivations, const Trie::Entries& entries) {
  const bool are_told = std::ranges::all_of(entries, [&](const auto& entry) {
    const auto id = static_cast<std::uint32_t>(entry.second);
    return derivations.level(id) == level(id);
  });
  if (are_told) {
    return;
  }
  std::vector<std::uint32_t> levels(derivations.size(), kNone);
  std::vector<std::uint32_t> symbols;
  std::vector<std::uint32_t> symbol_ends = {0};
  for (const auto& entry : entries) {
    const auto id = static_cast<std::uint32_t>(entry.second);
    levels[id] = derivations.level(id);
    if (levels[id] == kNone) {
      levels[id] = kFirstIrregular + static_cast<std::uint32_t>(symbol_ends.size());
      derivations.append_symbols(id, symbols);
      symbol_ends.push_back(static_cast<std::uint32_t>(symbols.size()));
    }
  }
  levels_ = std::move(levels);
  symbols_ = std::move(symbols);
  symbol_ends_ = std::move(symbol_ends);
}

/// Regular tokens come about by one merge alone; of others it can be any.
CrossingFilter BpeBacktracker::find_crossed(const Trie::Entries& entries) const {
  CrossingFilter::Builder crossed(entries.size());
  for (const auto& [bytes, value] : entries) {
    const std::uint32_t made = level(static_cast<std::uint32_t>(value));
    const std::size_t border = made - 1 < kFirstIrregular - 1 ? length(merges_.left(made - 1)) : 0;
    if (border > 0) {
      crossed.add(bytes, border);
      continue;
    }
    for (std::size_t any = 1; made != 0 && any < bytes.size(); ++any) {
      crossed.add(bytes, any);
    }
  }
  return crossed.finish();
}

/// Parts of regular tokens are regular.
void BpeBacktracker::append_symbols(std::uint32_t id, std::vector<std::uint32_t>& symbols) const {
  const std::uint32_t made = level(id);
  if (made < kFirstIrregular) {
    border().append_symbols(id, symbols);
    return;
  }
  const std::uint32_t* const ends = &symbol_ends_[made - kFirstIrregular];
  symbols.insert(symbols.end(), symbols_.begin() + ends[-1], symbols_.begin() + ends[0]);
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
  // Quicker worked out than looked up where the memory has been used for other things since.
  if (levels_.empty() || std::max(levels_[left], levels_[right]) < kFirstIrregular) {
    return border().holds(left, right, kNone);
  }
  const auto compute = [&] { return fits_by_merging(left, right); };
  return number_ < FitCache::kMost ? FitCache::get().find(number_, left, right, compute)
                                   : compute();
}

std::size_t BpeBacktracker::append_pieces(std::string_view text, std::size_t begin,
                                          std::vector<std::uint32_t>& pieces) const {
  const std::size_t first = pieces.size();
  DeadEnds dead_ends(text.size() - begin);
  std::uint32_t before = kNone;
  for (std::size_t at = begin;;) {
    const Trie::Match longest = trie_.longest(text, at);
    auto token = static_cast<std::uint32_t>(longest.value);
    if (token == kNone) {
      return at;
    }
    std::size_t end = longest.end;
    const auto fits_here = [&] {
      return before == kNone ||
             !crossing_.may_cross(text.data() + at, bytes_of(pieces.back()), end - at) ||
             fits(before, token);
    };
    while (dead_ends.has(end - begin) || !fits_here()) {
      token = shorter(token);
      while (token == kNone) {  // back to the token before, for which a shorter one is taken
        if (pieces.size() == first) {
          return kStuck;
        }
        dead_ends.add(at - begin);
        at -= bytes_of(pieces.back());
        token = shorter(id_of(pieces.back()));
        pieces.pop_back();
        before = pieces.size() == first ? kNone : id_of(pieces.back());
      }
      end = at + length(token);
    }
    pieces.push_back(token | static_cast<std::uint32_t>(end - at) << kIdBits);
    before = token;
    at = end;
  }
}

}  // namespace onnxformers::tokenizers
