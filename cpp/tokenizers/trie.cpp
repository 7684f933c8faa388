#include "tokenizers/trie.h"

#include <algorithm>
#include <iterator>

#include "tokenizers/free_units.h"
#include "tokenizers/radix_sort.h"

namespace onnxformers::tokenizers {

using Entry = std::pair<std::string_view, std::int32_t>;

namespace {

void sort_by_bytes(std::vector<Entry>& entries) {
  std::vector<std::string_view> texts(entries.size());
  std::ranges::transform(entries, texts.begin(), &Entry::first);
  std::vector<Entry> sorted;
  sorted.reserve(entries.size());
  for (const std::uint32_t index : byte_order(texts)) {
    sorted.push_back(entries[index]);
  }
  entries = std::move(sorted);
}

}  // namespace

class Trie::Builder {
 public:
  Builder(std::vector<Unit>& units, const std::vector<Entry>& entries)
      : units_(units), entries_(entries) {
    units_.resize(kAlphabet);
  }

  void build() {
    pending_.push_back({.begin = 0, .end = entries_.size(), .depth = 0, .node = kRoot});
    while (!pending_.empty()) {
      const Range range = pending_.back();
      pending_.pop_back();
      expand(range);
    }
    units_.resize(free_.end() + kAlphabet);
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
    codes_.clear();
    std::ranges::transform(children_, std::back_inserter(codes_), &Child::byte);
    const std::uint32_t base = free_.place(codes_);
    if (free_.end() > units_.size()) {
      units_.resize(free_.end() * 2);
    }
    units_[range.node].base = base;
    for (std::size_t i = 0; i < children_.size(); ++i) {
      const Node child = base + children_[i].byte;
      units_[child].parent = range.node;
      const std::size_t end = i + 1 < children_.size() ? children_[i + 1].begin : range.end;
      pending_.push_back(
          {.begin = children_[i].begin, .end = end, .depth = range.depth + 1, .node = child});
    }
  }

  std::vector<Unit>& units_;
  const std::vector<Entry>& entries_;
  std::vector<Range> pending_;
  std::vector<Child> children_;
  std::vector<std::uint32_t> codes_;
  FreeUnits free_;
};

Trie::Trie() : units_(std::vector<Unit>(kAlphabet)) {}

Trie::Trie(std::vector<Entry> entries) : is_empty_(entries.empty()) {
  sort_by_bytes(entries);
  std::vector<Unit> units;
  Builder(units, entries).build();
  units_ = std::move(units);
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
