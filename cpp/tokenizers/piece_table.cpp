#include "tokenizers/piece_table.h"

#include <algorithm>

namespace onnxformers::tokenizers {

PieceTable::PieceTable(const std::vector<std::pair<std::string_view, std::uint32_t>>& entries)
    : seed_(hash_seed()) {
  std::vector<ShortPiece> pieces(std::bit_ceil(std::max<std::size_t>(entries.size() * 2, 2)));
  mask_ = pieces.size() - 1;
  shift_ = 64U - static_cast<unsigned>(std::countr_zero(pieces.size()));
  const auto longer = std::ranges::count_if(
      entries, [](const auto& entry) { return entry.first.size() > ShortWord::kMaxBytes; });
  long_.resize(std::bit_ceil((static_cast<std::size_t>(longer) * 2) + 1));
  for (const auto& [piece, id] : entries) {
    if (piece.size() > ShortWord::kMaxBytes) {
      add_long(piece, id);
      continue;
    }
    const ShortWord word = ShortWords::load(piece);
    std::size_t slot = hash(word) >> shift_;
    while (pieces[slot].length != 0) {
      slot = (slot + 1) & mask_;
    }
    pieces[slot] = {.low = word.low, .high = word.high, .length = word.length, .id = id};
  }
  short_ = std::move(pieces);
}

void PieceTable::add_long(std::string_view piece, std::uint32_t id) {
  const std::size_t mask = long_.size() - 1;
  std::size_t slot = hash_long(piece) & mask;
  while (long_[slot].length != 0) {
    slot = (slot + 1) & mask;
  }
  long_[slot] = {
      .begin = static_cast<std::uint32_t>(bytes_.size()),
      .length = static_cast<std::uint32_t>(piece.size()),
      .id = id,
  };
  bytes_.append(piece);
  longest_ = std::max(longest_, piece.size());
}

std::uint32_t PieceTable::find_long(std::string_view piece, std::uint64_t hash) const noexcept {
  const std::size_t mask = long_.size() - 1;
  std::size_t slot = hash & mask;
  for (; long_[slot].length != 0; slot = (slot + 1) & mask) {
    const LongPiece& found = long_[slot];
    if (std::string_view(bytes_).substr(found.begin, found.length) == piece) {
      return found.id;
    }
  }
  return kNone;
}

}  // namespace onnxformers::tokenizers
