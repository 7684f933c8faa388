#include "tokenizers/trie.h"

#include <algorithm>
#include <limits>

namespace onnxformers::tokenizers {

using Entry = std::pair<std::string_view, std::int32_t>;

namespace {

/// The first bytes of a string as a number that sorts as they do.
std::uint64_t leading_bytes(std::string_view text) {
  std::uint64_t key = 0;
  for (std::size_t i = 0; i < sizeof(key); ++i) {
    key = key << 8U | (i < text.size() ? static_cast<unsigned char>(text[i]) : 0U);
  }
  return key;
}

void sort_by_bytes(std::vector<Entry>& entries) {
  std::vector<std::pair<std::uint64_t, Entry>> keyed;
  keyed.reserve(entries.size());
  for (const Entry& entry : entries) {
    keyed.emplace_back(leading_bytes(entry.first), entry);
  }
  std::ranges::sort(keyed);
  std::ranges::transform(keyed, entries.begin(),
                         [](const auto& key_and_entry) { return key_and_entry.second; });
}

}  // namespace

class Trie::Builder {
 public:
  Builder(std::vector<Unit>& units, const std::vector<Entry>& entries)
      : units_(units), entries_(entries) {
    grow(kAlphabet);
    take(kRoot);
  }

  void build() {
    pending_.push_back({.begin = 0, .end = entries_.size(), .depth = 0, .node = kRoot});
    while (!pending_.empty()) {
      const Range range = pending_.back();
      pending_.pop_back();
      expand(range);
    }
    units_.resize(units_.size() + kAlphabet);
    units_.shrink_to_fit();
  }

 private:
  /// Entries that share their first `depth` bytes, which lead to `node`.
  struct Range {
    std::size_t begin;
    std::size_t end;
    std::size_t depth;
    Node node;
  };
  struct Child {
    unsigned char byte;
    std::size_t begin;
  };

  void expand(Range range) {
    if (range.begin < range.end && entries_[range.begin].first.size() == range.depth) {
      units_[range.node].value = entries_[range.begin].second;
      ++range.begin;
    }
    children_.clear();
    for (std::size_t i = range.begin; i < range.end; ++i) {
      const auto byte = static_cast<unsigned char>(entries_[i].first[range.depth]);
      if (children_.empty() || children_.back().byte != byte) {
        children_.push_back({.byte = byte, .begin = i});
      }
    }
    if (children_.empty()) {
      return;
    }
    const std::uint32_t base = find_base();
    units_[range.node].base = base;
    for (std::size_t i = 0; i < children_.size(); ++i) {
      const Node child = base + children_[i].byte;
      take(child);
      units_[child].parent = range.node;
      const std::size_t end = i + 1 < children_.size() ? children_[i + 1].begin : range.end;
      pending_.push_back(
          {.begin = children_[i].begin, .end = end, .depth = range.depth + 1, .node = child});
    }
  }

  // A single child fills the first gap. A few children go on searching where the last search of
  // the kind ended, so that no gap is tried again; many children try a bounded number of gaps.
  std::uint32_t find_base() {
    constexpr std::size_t kFew = 4;
    constexpr int kTries = 64;
    if (children_.size() == 1) {
      return search(next_[kHead], kTries, nullptr);
    }
    const std::uint32_t from = is_free(search_from_) ? search_from_ : next_[kHead];
    if (children_.size() > kFew) {
      return search(from, kTries, nullptr);
    }
    return search(from, std::numeric_limits<int>::max(), &search_from_);
  }

  std::uint32_t search(std::uint32_t unit, int tries, std::uint32_t* ended) {
    const unsigned char first = children_.front().byte;
    std::uint32_t base = 0;
    for (; tries > 0 && unit != kHead; --tries, unit = next_[unit]) {
      if (unit > first && fits(unit - first)) {
        base = unit - first;
        break;
      }
    }
    if (base == 0) {
      base = static_cast<std::uint32_t>(units_.size());
      grow(units_.size() + kAlphabet);
    }
    if (ended != nullptr) {
      // The unit itself is taken now.
      *ended = next_[base + first];
    }
    return base;
  }

  [[nodiscard]] bool fits(std::uint32_t base) {
    if (base + kAlphabet > units_.size()) {
      grow(units_.size() + kAlphabet);
    }
    return std::ranges::all_of(children_,
                               [&](const Child& child) { return is_free(base + child.byte); });
  }

  // Free units form a ring through next_ and previous_; the root's unit, never free, is its head.
  static constexpr std::uint32_t kHead = kRoot;

  [[nodiscard]] bool is_free(Node node) const {
    return units_[node].parent == kNone && node != kRoot;
  }

  void grow(std::size_t size) {
    const std::size_t old = units_.size();
    units_.resize(size);
    next_.resize(size);
    previous_.resize(size);
    for (std::size_t i = old; i < size; ++i) {
      const auto unit = static_cast<std::uint32_t>(i);
      if (unit == kHead) {
        next_[kHead] = previous_[kHead] = kHead;
        continue;
      }
      const std::uint32_t last = previous_[kHead];
      next_[last] = unit;
      previous_[unit] = last;
      next_[unit] = kHead;
      previous_[kHead] = unit;
    }
  }

  void take(Node node) {
    if (node == kHead) {
      return;
    }
    next_[previous_[node]] = next_[node];
    previous_[next_[node]] = previous_[node];
  }

  std::vector<Unit>& units_;
  const std::vector<Entry>& entries_;
  std::vector<Range> pending_;
  std::vector<Child> children_;
  std::vector<std::uint32_t> next_;
  std::vector<std::uint32_t> previous_;
  std::uint32_t search_from_ = kHead;
};

Trie::Trie() : units_(kAlphabet) {}

Trie::Trie(std::vector<Entry> entries) : is_empty_(entries.empty()) {
  sort_by_bytes(entries);
  Builder(units_, entries).build();
}

Trie::Node Trie::walk(Node node, std::string_view text) const noexcept {
  for (const char c : text) {
    if (node == kNone) {
      break;
    }
    node = step(node, static_cast<unsigned char>(c));
  }
  return node;
}

}  // namespace onnxformers::tokenizers
