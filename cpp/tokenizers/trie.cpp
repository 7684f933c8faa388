#include "tokenizers/trie.h"

#include <algorithm>
#include <iterator>

#include "tokenizers/free_units.h"
#include "tokenizers/radix_sort.h"

namespace onnxformers::tokenizers {

class Trie::Builder {
 public:
  Builder(const Entries& entries, std::span<std::int32_t> shorter) : shorter_(shorter) {
    std::vector<std::string_view> texts(entries.size());
    std::ranges::transform(entries, texts.begin(), &Entries::value_type::first);
    entries_.reserve(entries.size());
    for (const std::uint32_t index : byte_order(texts)) {
      entries_.push_back(entries[index]);
    }
  }

  void build() {
    units.resize(kAlphabet + entries_.size());
    tails.push_back(0);  // offset 0 means that there is no tail
    pending_.push_back({.begin = 0, .end = size(), .depth = 0, .node = 0, .above = kNoValue});
    while (!pending_.empty()) {
      const Range range = pending_.back();
      pending_.pop_back();
      expand(range);
    }
    units.resize(free_.end() + kAlphabet);
    units.shrink_to_fit();
    tails.shrink_to_fit();
  }

  std::vector<Unit> units;
  std::vector<unsigned char> tails;

 private:
  /// Entries that share their first `depth` bytes, which lead to `node`.
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t depth;
    std::uint32_t node;
    std::int32_t above;  ///< value of the longest entry that all of them begin with
  };

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(entries_.size()); }

  void expand(Range range) {
    if (range.begin < range.end && entries_[range.begin].first.size() == range.depth) {
      set_value(range, entries_[range.begin]);
      range.above = entries_[range.begin].second;
      ++range.begin;
    }
    children_.clear();
    codes_.clear();
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      const auto byte = static_cast<unsigned char>(entries_[i].first[range.depth]);
      if (children_.empty() || codes_.back() != byte) {
        children_.push_back(i);
        codes_.push_back(byte);
      }
    }
    if (!children_.empty()) {
      place_children(range);
    }
  }

  void place_children(const Range& range) {
    const std::uint32_t base = free_.place(codes_);
    if (free_.end() > units.size()) {
      units.resize(free_.end() * 2);
    }
    units[range.node].base = base;
    for (std::size_t i = children_.size(); i-- > 0;) {
      const Range below{
          .begin = children_[i],
          .end = i + 1 < children_.size() ? children_[i + 1] : range.end,
          .depth = range.depth + 1,
          .node = base + codes_[i],
          .above = range.above,
      };
      units[below.node].rest = codes_[i];
      if (below.end == below.begin + 1) {
        set_tail(below);
      } else {
        pending_.push_back(below);
      }
    }
  }

  void set_value(const Range& range, const Entries::value_type& entry) {
    units[range.node].rest |= static_cast<std::uint32_t>(entry.second + 1) << kLabelBits;
    if (!shorter_.empty()) {
      shorter_[static_cast<std::size_t>(entry.second)] = range.above;
    }
  }

  void set_tail(const Range& range) {
    const auto& entry = entries_[range.begin];
    set_value(range, entry);
    const std::string_view tail = entry.first.substr(range.depth);
    if (!tail.empty()) {
      units[range.node].base = kFirstTail + static_cast<std::uint32_t>(tails.size());
      tails.push_back(static_cast<unsigned char>(tail.size() & 0xFFU));
      tails.push_back(static_cast<unsigned char>(tail.size() >> 8U));
      tails.insert(tails.end(), tail.begin(), tail.end());
    }
  }

  Entries entries_;  // in the order of their bytes
  std::span<std::int32_t> shorter_;
  std::vector<Range> pending_;
  std::vector<std::uint32_t> children_;
  std::vector<std::uint32_t> codes_;
  FreeUnits free_{FreeUnits::Bases::Distinct};
};

Trie::Trie(const Entries& entries, std::span<std::int32_t> shorter) : is_empty_(entries.empty()) {
  Builder builder(entries, shorter);
  builder.build();
  units_ = std::move(builder.units);
  tails_ = std::move(builder.tails);
}

}  // namespace onnxformers::tokenizers
