#include "tokenizers/piece_table.h"

#include <algorithm>

namespace onnxformers::tokenizers {

/// A short piece and the line it belongs to.
struct PieceTable::Placed {
  ShortPiece piece;
  std::uint32_t line;
  std::uint32_t id;
};

PieceTable::PieceTable(Entries needed, Entries others) : seed_(hash_seed()) {
  constexpr std::size_t kShare = 8;  // of the others, for a line
  std::vector<Line> lines((needed.size() * 3 / 2 / kSlots) + (others.size() / kShare) + 1);
  add_short(needed, true, lines);
  add_short(others, false, lines);
  lines_ = std::move(lines);
  add_long(needed);
}

void PieceTable::add_short(Entries entries, bool are_needed, std::vector<Line>& lines) {
  constexpr std::size_t kAhead = 16;
  std::array<Placed, kAhead> waiting{};
  std::size_t next = 0;
  for (const auto& [text, id] : entries) {
    if (!ShortPiece::fits(text)) {
      continue;
    }
    // Its memory is asked for some pieces before it is written.
    Placed& place = waiting[next % kAhead];
    if (next >= kAhead) {
      put(place, are_needed, lines);
    }
    const ShortPiece piece = ShortPiece::load(text);
    const auto line = static_cast<std::uint32_t>(((hash(piece) >> 32U) * lines.size()) >> 32U);
    place = {.piece = piece, .line = line, .id = static_cast<std::uint32_t>(id)};
    tokenizers::prefetch(&lines[line]);
    ++next;
  }
  for (std::size_t i = next - std::min(next, kAhead); i < next; ++i) {
    put(waiting[i % kAhead], are_needed, lines);
  }
}

void PieceTable::put(const Placed& piece, bool is_needed, std::vector<Line>& lines) {
  std::size_t line = piece.line;
  std::size_t behind = 0;
  for (; lines[line].is_full(); ++behind) {
    if (!is_needed) {
      return;
    }
    line = line + 1 == lines.size() ? 0 : line + 1;
  }
  farthest_ = std::max(farthest_, behind);
  Line& to = lines[line];
  const auto slot = static_cast<std::size_t>(std::ranges::find(to.ids, kNone) - to.ids.begin());
  to.lows[slot] = piece.piece.low;
  to.highs[slot] = piece.piece.high;
  to.ids[slot] = piece.id;
}

void PieceTable::add_long(Entries entries) {
  const auto is_long = [](const auto& entry) { return !ShortPiece::fits(entry.first); };
  const auto count = static_cast<std::size_t>(std::ranges::count_if(entries, is_long));
  std::vector<LongPiece> pieces(std::bit_ceil((count * 2) + 1));
  std::vector<char> bytes;
  for (const auto& [text, id] : entries) {
    if (ShortPiece::fits(text)) {
      continue;
    }
    std::size_t slot = hash_long(text) & (pieces.size() - 1);
    while (pieces[slot].length != 0) {
      slot = (slot + 1) & (pieces.size() - 1);
    }
    pieces[slot] = {
        .begin = static_cast<std::uint32_t>(bytes.size()),
        .length = static_cast<std::uint32_t>(text.size()),
        .id = static_cast<std::uint32_t>(id),
    };
    bytes.insert(bytes.end(), text.begin(), text.end());
    longest_ = std::max(longest_, text.size());
  }
  long_ = std::move(pieces);
  bytes_ = std::move(bytes);
}

std::uint32_t PieceTable::find_behind(const ShortPiece& piece, std::uint32_t line) const noexcept {
  for (std::size_t behind = 0; behind < farthest_; ++behind) {
    line = line + 1 == lines_.size() ? 0 : line + 1;
    const unsigned matches = lines_[line].matches(piece);
    if (matches != 0) {
      return lines_[line].ids[static_cast<std::size_t>(std::countr_zero(matches))];
    }
  }
  return kNone;
}

std::uint32_t PieceTable::find_long(std::string_view piece, std::uint64_t hash) const noexcept {
  const std::size_t mask = long_.size() - 1;
  for (std::size_t slot = hash & mask; long_[slot].length != 0; slot = (slot + 1) & mask) {
    const LongPiece& found = long_[slot];
    if (std::string_view(bytes_.data() + found.begin, found.length) == piece) {
      return found.id;
    }
  }
  return kNone;
}

}  // namespace onnxformers::tokenizers
