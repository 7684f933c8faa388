#include "tokenizers/trie.h"

#include <algorithm>
#include <string>

#include "tokenizers/free_units.h"
#include "tokenizers/radix_sort.h"

namespace onnxformers::tokenizers {

class Trie::Builder {
 public:
  Builder(const Entries& entries, std::span<std::int32_t> shorter, Order order)
      : shorter_(shorter) {
    std::size_t bytes = 0;
    for (const auto& entry : entries) {
      bytes += entry.first.size();
    }
    entries_.reserve(entries.size() + 1);
    bytes_.reserve(bytes);
    if (order == Order::Bytes) {
      for (const auto& [text, value] : entries) {
        add(text, value);
      }
    } else {
      const auto text_of = [&](std::uint32_t index) { return entries[index].first; };
      for (const std::uint32_t index : byte_order(entries.size(), text_of)) {
        add(entries[index].first, entries[index].second);
      }
    }
    add({}, kNoValue);
  }

  void build() {
    units.resize(kAlphabet + size());
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

  /// An entry: where its bytes begin, which end where those of the next one begin.
  struct Entry {
    std::uint32_t first;
    std::int32_t value;
  };

  void add(std::string_view text, std::int32_t value) {
    entries_.push_back({.first = static_cast<std::uint32_t>(bytes_.size()), .value = value});
    bytes_.append(text);
  }
  [[nodiscard]] std::uint32_t size() const {
    return static_cast<std::uint32_t>(entries_.size() - 1);
  }
  [[nodiscard]] std::string_view text(std::uint32_t index) const {
    const std::uint32_t first = entries_[index].first;
    return {bytes_.data() + first, entries_[index + 1].first - first};
  }

  void expand(Range range) {
    if (range.begin < range.end && text(range.begin).size() == range.depth) {
      set_value(range);
      range.above = entries_[range.begin].value;
      ++range.begin;
    }
    children_.clear();
    codes_.clear();
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      const auto byte = static_cast<unsigned char>(bytes_[entries_[i].first + range.depth]);
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

  /// That of the first entry.
  void set_value(const Range& range) {
    const std::int32_t value = entries_[range.begin].value;
    units[range.node].rest |= static_cast<std::uint32_t>(value + 1) << kLabelBits;
    if (!shorter_.empty()) {
      shorter_[static_cast<std::size_t>(value)] = range.above;
    }
  }

  void set_tail(const Range& range) {
    set_value(range);
    const std::string_view tail = text(range.begin).substr(range.depth);
    if (!tail.empty()) {
      units[range.node].base = kFirstTail + static_cast<std::uint32_t>(tails.size());
      tails.push_back(static_cast<unsigned char>(tail.size() & 0xFFU));
      tails.push_back(static_cast<unsigned char>(tail.size() >> 8U));
      tails.insert(tails.end(), tail.begin(), tail.end());
    }
  }

  std::vector<Entry> entries_;  // in the order of their bytes; one more for the end
  std::string bytes_;
  std::span<std::int32_t> shorter_;
  std::vector<Range> pending_;
  std::vector<std::uint32_t> children_;
  std::vector<std::uint32_t> codes_;
  FreeUnits free_{FreeUnits::Bases::Distinct};
};

Trie::Trie(const Entries& entries, std::span<std::int32_t> shorter, Order order)
    : is_empty_(entries.empty()) {
  Builder builder(entries, shorter, order);
  builder.build();
  units_ = std::move(builder.units);
  tails_ = std::move(builder.tails);
}

}  // namespace onnxformers::tokenizers
