#include "tokenizers/models/piece_trie.h"

#include <algorithm>

#include "base/errors.h"
#include "base/utf8.h"
#include "tokenizers/free_units.h"
#include "tokenizers/radix_sort.h"

namespace onnxformers::tokenizers {

namespace {

using Code = PieceTrie::Code;

/// As many codes as fit into eight bytes, as a number that sorts as they do: frequent ones take one
/// byte.
std::uint64_t leading_codes(std::span<const Code> codes) {
  constexpr unsigned kBits = 64;
  std::uint64_t key = 0;
  unsigned used = 0;
  for (const Code code : codes) {
    const unsigned bits = code < 0x80 ? 8 : code < 0x4000 ? 16 : 32;
    const std::uint64_t marked = code < 0x80     ? code
                                 : code < 0x4000 ? code | 0x8000U
                                                 : code | 0xC0000000U;
    if (used + bits > kBits) {
      // Its first bytes still tell.
      key |= marked >> (used + bits - kBits);
      break;
    }
    used += bits;
    key |= marked << (kBits - used);
    if (used == kBits) {
      break;
    }
  }
  return key;
}

}  // namespace

/// The tables while they grow.
struct PieceTrie::Arrays {
  std::vector<Unit> units;
  std::vector<std::uint32_t> ids;
  std::vector<Code> tails;
  std::vector<std::uint32_t> pages;
  std::vector<Code> codes;
  std::size_t longest = 0;
};

class PieceTrie::Builder {
 public:
  Builder(Arrays& arrays, std::span<const double> scores) : arrays_(arrays), scores_(scores) {
    arrays_.pages.resize(kPages);
    arrays_.codes.resize(kPageSize);
  }

  void build(std::span<const std::string_view> pieces) {
    read(pieces);
    sort();
    arrays_.units.resize(entries_.size() + (entries_.size() / 3) + 1);
    arrays_.ids.resize(arrays_.units.size());
    pending_.push_back({
        .begin = 0,
        .end = static_cast<std::uint32_t>(entries_.size()),
        .depth = 0,
        .node = kRoot,
    });
    arrays_.units[kRoot].base = 0;
    while (!pending_.empty()) {
      const Range range = pending_.back();
      pending_.pop_back();
      expand(range);
    }
    arrays_.units.resize(std::max(highest_base_ + codes_used_, free_.end()));
    arrays_.ids.resize(arrays_.units.size());
    arrays_.units.shrink_to_fit();
    arrays_.ids.shrink_to_fit();
    arrays_.tails.shrink_to_fit();
  }

 private:
  static constexpr std::size_t kPages = 0x110000 / kPageSize;

  /// A piece: where its codes begin.
  struct Entry {
    std::uint32_t first;
    std::uint32_t length;
    std::uint32_t id;
  };
  /// Entries that share their first `depth` characters, which lead to `node`.
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t depth;
    Node node;
  };

  Code code_of(char32_t character) {
    std::uint32_t& page = arrays_.pages[character / kPageSize];
    if (page == 0) {
      page = static_cast<std::uint32_t>(arrays_.codes.size() / kPageSize);
      arrays_.codes.resize(arrays_.codes.size() + kPageSize);
    }
    Code& code = arrays_.codes[(page * kPageSize) + (character % kPageSize)];
    if (code == 0) {
      code = codes_used_++;
    }
    return code;
  }

  /// Codes of all pieces, numbered in the order of the file: frequent pieces come first, so do
  /// frequent characters.
  void read(std::span<const std::string_view> pieces) {
    std::size_t bytes = 0;
    for (const std::string_view piece : pieces) {
      bytes += piece.size();
    }
    unordered_.reserve(bytes);
    firsts_.reserve(pieces.size() + 1);
    for (const std::string_view piece : pieces) {
      firsts_.push_back(static_cast<std::uint32_t>(unordered_.size()));
      for (std::size_t i = 0; i < piece.size();) {
        const auto [character, length] = utf8::decode(piece, i);
        unordered_.push_back(code_of(character));
        i += length;
      }
      arrays_.longest = std::max(arrays_.longest, unordered_.size() - firsts_.back());
    }
    firsts_.push_back(static_cast<std::uint32_t>(unordered_.size()));
  }

  [[nodiscard]] std::span<const Code> codes_of(std::uint32_t id) const {
    return std::span(unordered_).subspan(firsts_[id], firsts_[id + 1] - firsts_[id]);
  }

  void sort() {
    std::vector<Keyed> items(scores_.size());
    for (std::uint32_t id = 0; id < items.size(); ++id) {
      items[id] = {.key = leading_codes(codes_of(id)), .index = id};
    }
    radix_sort(items, [&](std::uint32_t a, std::uint32_t b) {
      return std::ranges::lexicographical_compare(codes_of(a), codes_of(b));
    });
    codes_.reserve(unordered_.size());
    entries_.reserve(items.size());
    for (const Keyed& item : items) {
      const auto codes = codes_of(item.index);
      entries_.push_back({
          .first = static_cast<std::uint32_t>(codes_.size()),
          .length = static_cast<std::uint32_t>(codes.size()),
          .id = item.index,
      });
      codes_.insert(codes_.end(), codes.begin(), codes.end());
    }
  }

  void expand(Range range) {
    for (; range.begin < range.end && entries_[range.begin].length == range.depth; ++range.begin) {
      if (range.depth > 0) {
        set_piece(range.node, entries_[range.begin]);
      }
    }
    if (range.begin == range.end) {
      return;
    }
    children_.clear();
    child_codes_.clear();
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      const Code code = codes_[entries_[i].first + range.depth];
      if (children_.empty() || child_codes_.back() != code) {
        children_.push_back(i);
        child_codes_.push_back(code);
      }
    }
    place_children(range);
  }

  void place_children(const Range& range) {
    const std::uint32_t base = free_.place(child_codes_);
    grow();
    arrays_.units[range.node].base = base;
    highest_base_ = std::max<std::size_t>(highest_base_, base);
    for (std::size_t i = children_.size(); i-- > 0;) {
      const Node node = base + child_codes_[i];
      arrays_.units[node].parent = range.node;
      const Range below{
          .begin = children_[i],
          .end = i + 1 < children_.size() ? children_[i + 1] : range.end,
          .depth = range.depth + 1,
          .node = node,
      };
      // Single characters have nodes without tails: they tell whether they are pieces.
      if (below.end == below.begin + 1 && below.depth > 1) {
        set_tail(node, entries_[below.begin], below.depth);
      } else {
        pending_.push_back(below);
      }
    }
  }

  void set_piece(Node node, const Entry& entry) {
    arrays_.units[node].score = scores_[entry.id];
    arrays_.ids[node] = entry.id;
  }

  void set_tail(Node node, const Entry& entry, std::uint32_t depth) {
    set_piece(node, entry);
    const std::uint32_t size = entry.length - depth;
    if (size == 0) {
      return;
    }
    if (arrays_.tails.empty()) {
      arrays_.tails.push_back(0);  // offset 0 means that there is no tail
    }
    arrays_.units[node].base = kFirstTail + static_cast<std::uint32_t>(arrays_.tails.size());
    arrays_.tails.push_back(size);
    const auto first = codes_.begin() + entry.first + depth;
    arrays_.tails.insert(arrays_.tails.end(), first, first + size);
  }

  void grow() {
    if (free_.end() <= arrays_.units.size()) {
      return;
    }
    // Nodes are at most as many as codes. Published files stay below twice that.
    if (free_.end() > (std::size_t{8} * codes_.size()) + kMostSpread) {
      fail(ErrorKind::FileFormat, "tokenizer.json",
           "model.vocab: the pieces use too many characters in too scattered a way");
    }
    const std::size_t size = std::max(free_.end(), arrays_.units.size() * 2);
    arrays_.units.resize(size);
    arrays_.ids.resize(size);
  }

  static constexpr std::size_t kMostSpread = std::size_t{1} << 22U;

  Arrays& arrays_;
  std::span<const double> scores_;  // by id
  FreeUnits free_;
  std::vector<Code> unordered_;
  std::vector<std::uint32_t> firsts_;
  std::vector<Code> codes_;
  std::vector<Entry> entries_;
  std::vector<Range> pending_;
  std::vector<std::uint32_t> children_;
  std::vector<Code> child_codes_;
  Code codes_used_ = 1;
  std::size_t highest_base_ = 0;
};

PieceTrie::PieceTrie(std::span<const std::string_view> pieces, std::span<const double> scores) {
  Arrays arrays;
  Builder(arrays, scores).build(pieces);
  units_ = std::move(arrays.units);
  ids_ = std::move(arrays.ids);
  tails_ = std::move(arrays.tails);
  pages_ = std::move(arrays.pages);
  codes_ = std::move(arrays.codes);
  longest_ = arrays.longest;
}

}  // namespace onnxformers::tokenizers
