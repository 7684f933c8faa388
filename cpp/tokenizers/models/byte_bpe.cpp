#include "tokenizers/models/byte_bpe.h"

#include <algorithm>
#include <array>
#include <atomic>

#include "base/utf8.h"
#include "tokenizers/byte_alphabet.h"

namespace onnxformers::tokenizers {

namespace {

/// Tells one model from another in what threads keep; also from one that lay at its place.
std::uint32_t next_number() {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
}

/// Positions of a piece, as bits.
class Positions {
 public:
  explicit Positions(std::size_t size) {
    if (size > kInline * 64) {
      many_.resize(size / 64 + 1);
      words_ = many_.data();
    }
  }
  void add(std::size_t i) noexcept { words_[i / 64] |= std::uint64_t{1} << (i % 64); }
  [[nodiscard]] bool has(std::size_t i) const noexcept {
    return (words_[i / 64] >> (i % 64) & 1U) != 0;
  }

 private:
  static constexpr std::size_t kInline = 4;

  std::array<std::uint64_t, kInline + 1> few_{};
  std::vector<std::uint64_t> many_;
  std::uint64_t* words_ = few_.data();
};

}  // namespace

ByteBpe::ByteBpe(const Bpe& model)
    : merges_(model.merges()), number_(next_number()), tokens_(model.vocabulary().size()) {
  add_bytes(model);
  add_merged();
  add_trie();
}

ByteBpe::ByteBpe(const BpeMerges& merges) : merges_(merges), number_(next_number()) {}

void ByteBpe::add_bytes(const Bpe& model) {
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto value = static_cast<char>(byte);
    std::string character;
    ByteAlphabet::append(character, {&value, 1});
    const std::uint32_t id = model.vocabulary().find(character).value_or(kNone);
    tokens_[id].length = 1;
    tokens_[id].begin = static_cast<std::uint32_t>(bytes_.size());
    bytes_.push_back(value);
  }
}

/// By rank: the parts of a merge are known by then.
void ByteBpe::add_merged() {
  const std::vector<BpeMerges::Merge> merges = merges_.all();
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    const auto& merge = merges[rank];
    if (merge.left != kNone) {
      Token& left = tokens_[merge.left];
      Token& right = tokens_[merge.right];
      left.first_left = std::min(left.first_left, rank);
      right.first_right = std::min(right.first_right, rank);
    }
  }
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    const std::uint32_t left = merges[rank].left;
    const std::uint32_t right = merges[rank].right;
    if (left == kNone || tokens_[left].length == 0 || tokens_[right].length == 0) {
      continue;
    }
    Token& token = tokens_[merges[rank].merged];
    if (token.length != 0 || !border_holds(left, right, true)) {
      continue;
    }
    token.left = left;
    token.right = right;
    token.made = rank + 1;
    token.length = tokens_[left].length + tokens_[right].length;
    token.begin = static_cast<std::uint32_t>(bytes_.size());
    const std::size_t left_begin = tokens_[left].begin;
    const std::size_t right_begin = tokens_[right].begin;
    bytes_.append(bytes_, left_begin, tokens_[left].length);
    bytes_.append(bytes_, right_begin, tokens_[right].length);
  }
}

void ByteBpe::add_trie() {
  std::vector<std::pair<std::string_view, std::int32_t>> entries;
  for (std::uint32_t id = 0; id < size(); ++id) {
    if (is_reachable(id)) {
      entries.emplace_back(bytes(id), static_cast<std::int32_t>(id));
    }
  }
  trie_ = Trie(std::move(entries));
  for (std::uint32_t id = 0; id < size(); ++id) {
    if (is_reachable(id) && tokens_[id].length > 1) {
      const std::string_view but_one = bytes(id).substr(0, tokens_[id].length - 1);
      tokens_[id].shorter =
          static_cast<std::uint32_t>(trie_.longest(Trie::kRoot, but_one, 0).value);
    }
  }
  add_characters();
}

/// What is reached from the root by the three bytes of a character, where no token ends before: the
/// scripts of Asia take one step then instead of three.
void ByteBpe::add_characters() {
  constexpr char32_t kFirst = 0x800;
  characters_.assign(0x10000, Trie::kNone);
  std::string character;
  for (char32_t code = kFirst; code < characters_.size(); ++code) {
    character.clear();
    utf8::append(character, code);
    const Trie::Node node = trie_.walk(Trie::kRoot, character);
    if (node != Trie::kNone && trie_.value(node) != Trie::kNoValue) {
      characters_[code] = node;
    }
  }
}

Trie::Match ByteBpe::longest(std::string_view piece, std::size_t begin) const noexcept {
  const auto byte = [&](std::size_t i) {
    return static_cast<unsigned char>(piece[begin + i]) & 0xFFU;
  };
  if (piece.size() - begin >= 3 && (byte(0) & 0xF0U) == 0xE0) {
    const char32_t code = (byte(0) & 0xFU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU);
    const Trie::Node node = characters_[code];
    if (node != Trie::kNone) {
      const Trie::Match match = trie_.longest(node, piece, begin + 3);
      return match.value == Trie::kNoValue
                 ? Trie::Match{.end = begin + 3, .value = trie_.value(node)}
                 : match;
    }
  }
  return trie_.longest(Trie::kRoot, piece, begin);
}

/// Whether no merge comes across the border of two tokens while they are made.
/// @param is_made the tokens themselves may merge.
bool ByteBpe::border_holds(std::uint32_t left, std::uint32_t right, bool is_made) const noexcept {
  // Until when each is there: the merge that takes it away, counted as Token::made.
  std::uint32_t left_until = kNone;
  std::uint32_t right_until = kNone;
  for (bool may_merge = is_made;; may_merge = false) {
    // Most pairs need no look-up: the merges that one of them takes part in come too late.
    const std::uint32_t first = std::max(tokens_[left].first_left, tokens_[right].first_right);
    if (!may_merge && first < std::min(left_until, right_until)) {
      const std::uint32_t rank = merges_.rank(left, right);
      // Of equal merges the one further to the left comes first.
      if (rank != BpeMerges::kNone && rank + 1 < left_until && rank + 1 <= right_until) {
        return false;
      }
    }
    const std::uint32_t left_made = tokens_[left].made;
    const std::uint32_t right_made = tokens_[right].made;
    if (left_made > right_made) {
      left_until = left_made;
      left = tokens_[left].right;
    } else if (right_made != 0) {
      right_until = right_made;
      right = tokens_[right].left;
    } else {
      return true;
    }
  }
}

bool ByteBpe::fit(std::uint32_t left, std::uint32_t right, FitCache& cache) const noexcept {
  const auto compute = [&] { return border_holds(left, right, false); };
  return number_ < FitCache::kMost ? cache.find(number_, left, right, compute) : compute();
}

void ByteBpe::append(std::string_view piece, std::vector<std::uint32_t>& ids,
                     FitCache& cache) const {
  const std::size_t before = ids.size();
  Positions dead_ends(piece.size());
  std::size_t position = 0;
  Trie::Match match = longest(piece, 0);
  for (;;) {
    const auto token = static_cast<std::uint32_t>(match.value);
    if (!dead_ends.has(match.end) && (ids.size() == before || fit(ids.back(), token, cache))) {
      ids.push_back(token);
      position = match.end;
      if (position == piece.size()) {
        return;
      }
      match = longest(piece, position);
      continue;
    }
    std::uint32_t shorter = tokens_[token].shorter;
    while (shorter == kNone) {
      // Never at the front: there are tokens for every text.
      dead_ends.add(position);
      const std::uint32_t last = ids.back();
      ids.pop_back();
      position -= tokens_[last].length;
      shorter = tokens_[last].shorter;
    }
    match = {
        .end = position + tokens_[shorter].length,
        .value = static_cast<std::int32_t>(shorter),
    };
  }
}

}  // namespace onnxformers::tokenizers
