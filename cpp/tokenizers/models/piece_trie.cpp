#include "tokenizers/models/piece_trie.h"

#include <algorithm>

#include "base/errors.h"
#include "base/utf8.h"
#include "tokenizers/byte_order.h"
#include "tokenizers/free_units.h"

namespace onnxformers::tokenizers {

class PieceTrie::Builder {
 public:
  explicit Builder(PieceTrie& trie) : trie_(trie) {
    trie_.pages_.resize(kPages);
    trie_.codes_.resize(kPageSize);
    trie_.units_.resize(1);
    trie_.ids_.resize(1);
  }

  void build(std::span<const std::string_view> pieces, std::span<const double> scores) {
    read(pieces, scores);
    std::vector<Range> pending{{.begin = 0,
                                .end = static_cast<std::uint32_t>(entries_.size()),
                                .depth = 0,
                                .node = kRoot}};
    while (!pending.empty()) {
      const Range range = pending.back();
      pending.pop_back();
      expand(range, pending);
    }
    trie_.units_.resize(highest_base_ + codes_used_);
    trie_.ids_.resize(trie_.units_.size());
    trie_.units_.shrink_to_fit();
    trie_.ids_.shrink_to_fit();
  }

 private:
  static constexpr std::size_t kPages = 0x110000 / kPageSize;

  /// A piece: where its codes begin.
  struct Entry {
    std::uint32_t first;
    std::uint32_t length;
    std::uint32_t id;
    double score;
  };
  /// Entries that share their first `depth` characters, which lead to `node`.
  struct Range {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t depth;
    Node node;
  };

  Code code_of(char32_t character) {
    std::uint32_t& page = trie_.pages_[character / kPageSize];
    if (page == 0) {
      page = static_cast<std::uint32_t>(trie_.codes_.size() / kPageSize);
      trie_.codes_.resize(trie_.codes_.size() + kPageSize);
    }
    Code& code = trie_.codes_[(page * kPageSize) + (character % kPageSize)];
    if (code == 0) {
      code = codes_used_++;
    }
    return code;
  }

  /// Codes of all pieces, in the order of their bytes.
  void read(std::span<const std::string_view> pieces, std::span<const double> scores) {
    // Numbered in the order of the file: frequent pieces come first, so do frequent characters.
    std::vector<Code> unordered;
    std::vector<std::uint32_t> firsts;
    firsts.reserve(pieces.size() + 1);
    for (const std::string_view piece : pieces) {
      firsts.push_back(static_cast<std::uint32_t>(unordered.size()));
      for (std::size_t i = 0; i < piece.size();) {
        const auto [character, length] = utf8::decode(piece, i);
        unordered.push_back(code_of(character));
        i += length;
      }
    }
    firsts.push_back(static_cast<std::uint32_t>(unordered.size()));
    codes_.reserve(unordered.size());
    entries_.reserve(pieces.size());
    for (const std::uint32_t id : byte_order(pieces)) {
      entries_.push_back({
          .first = static_cast<std::uint32_t>(codes_.size()),
          .length = firsts[id + 1] - firsts[id],
          .id = id,
          .score = scores[id],
      });
      trie_.longest_ = std::max<std::size_t>(trie_.longest_, entries_.back().length);
      codes_.insert(codes_.end(), unordered.begin() + firsts[id],
                    unordered.begin() + firsts[id + 1]);
    }
  }

  void expand(Range range, std::vector<Range>& pending) {
    for (; range.begin < range.end && entries_[range.begin].length == range.depth; ++range.begin) {
      if (range.depth > 0) {
        trie_.units_[range.node].score = entries_[range.begin].score;
        trie_.ids_[range.node] = entries_[range.begin].id;
      }
    }
    if (range.begin == range.end) {
      return;
    }
    children_.clear();
    for (std::uint32_t i = range.begin; i < range.end; ++i) {
      const Code code = codes_[entries_[i].first + range.depth];
      if (children_.empty() || children_.back().code != code) {
        children_.push_back({.code = code, .begin = i});
      }
    }
    place_children(range, pending);
  }

  void place_children(const Range& range, std::vector<Range>& pending) {
    child_codes_.clear();
    for (const Child& child : children_) {
      child_codes_.push_back(child.code);
    }
    std::ranges::sort(child_codes_);
    const std::uint32_t base = free_.place(child_codes_);
    grow();
    trie_.units_[range.node].base = base;
    highest_base_ = std::max<std::size_t>(highest_base_, base);
    for (std::size_t i = children_.size(); i-- > 0;) {
      const Node node = base + children_[i].code;
      trie_.units_[node].parent = range.node;
      pending.push_back({
          .begin = children_[i].begin,
          .end = i + 1 < children_.size() ? children_[i + 1].begin : range.end,
          .depth = range.depth + 1,
          .node = node,
      });
    }
  }

  void grow() {
    if (free_.end() <= trie_.units_.size()) {
      return;
    }
    // Nodes are at most as many as codes. Published files stay below twice that.
    if (free_.end() > (std::size_t{8} * codes_.size()) + kMostSpread) {
      fail(ErrorKind::FileFormat, "tokenizer.json",
           "model.vocab: the pieces use too many characters in too scattered a way");
    }
    const std::size_t size = std::max(free_.end(), trie_.units_.size() * 2);
    trie_.units_.resize(size);
    trie_.ids_.resize(size);
  }

  static constexpr std::size_t kMostSpread = std::size_t{1} << 22U;

  struct Child {
    Code code;
    std::uint32_t begin;
  };

  PieceTrie& trie_;
  FreeUnits free_;
  std::vector<Code> codes_;
  std::vector<Entry> entries_;
  std::vector<Child> children_;
  std::vector<Code> child_codes_;
  Code codes_used_ = 1;
  std::size_t highest_base_ = 0;
};

PieceTrie::PieceTrie(std::span<const std::string_view> pieces, std::span<const double> scores) {
  Builder(*this).build(pieces, scores);
}

}  // namespace onnxformers::tokenizers
