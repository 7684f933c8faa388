#include "tokenizers/trie.h"

#include <algorithm>

namespace onnxformers::tokenizers {

using Entry = std::pair<std::string_view, std::int32_t>;

class Trie::Builder {
 public:
  Builder(std::vector<Unit>& units, const std::vector<Entry>& entries)
      : units_(units), entries_(entries) {
    grow(kAlphabet);
    take(kRoot);
  }

  void build() {
    pending_.push_back({0, entries_.size(), 0, kRoot});
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
        children_.push_back({byte, i});
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
      pending_.push_back({children_[i].begin, end, range.depth + 1, child});
    }
  }

  // First fit among a bounded number of free units, so that building stays linear.
  std::uint32_t find_base() {
    constexpr int kTries = 64;
    const unsigned char first = children_.front().byte;
    std::uint32_t unit = next_[kHead];
    for (int i = 0; i < kTries && unit != kHead; ++i, unit = next_[unit]) {
      if (unit > first && fits(unit - first)) {
        return unit - first;
      }
    }
    const auto base = static_cast<std::uint32_t>(units_.size());
    grow(units_.size() + kAlphabet);
    return base;
  }

  [[nodiscard]] bool fits(std::uint32_t base) {
    if (base + kAlphabet > units_.size()) {
      grow(units_.size() + kAlphabet);
    }
    return std::all_of(children_.begin(), children_.end(),
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
};

Trie::Trie() : units_(kAlphabet) {}

Trie::Trie(std::vector<Entry> entries) {
  std::sort(entries.begin(), entries.end());
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
