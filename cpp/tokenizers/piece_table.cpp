#include "tokenizers/piece_table.h"

#include <algorithm>

namespace onnxformers::tokenizers {

PieceTable::PieceTable(const Entries& entries) : seed_(hash_seed()) {
  add_short(entries);
  add_long(entries);
}

void PieceTable::add_short(const Entries& entries) {
  constexpr std::size_t kAhead = 16;
  struct Hashed {
    std::uint64_t hash;
    Slot slot;
  };
  std::vector<Hashed> pieces;
  pieces.reserve(entries.size());
  for (const auto& [text, id] : entries) {
    if (ShortPiece::fits(text)) {
      const ShortPiece piece = ShortPiece::load(text);
      pieces.push_back({
          .hash = hash(piece),
          .slot = {.low = piece.low, .high = piece.high, .id = static_cast<std::uint32_t>(id)},
      });
    }
  }
  std::vector<Slot> slots(((pieces.size() * 3 / 2 / kLine) + 1) * kLine);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i + kAhead < pieces.size()) {
      tokenizers::prefetch(&slots[first_slot(pieces[i + kAhead].hash, slots.size())]);
    }
    std::size_t slot = first_slot(pieces[i].hash, slots.size());
    while (slots[slot].id != kNone) {
      slot = slot + 1 == slots.size() ? 0 : slot + 1;
    }
    slots[slot] = pieces[i].slot;
  }
  short_ = std::move(slots);
}

void PieceTable::add_long(const Entries& entries) {
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
