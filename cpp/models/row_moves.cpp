#include "models/row_moves.h"

#include <algorithm>
#include <cstring>

namespace onnxformers::models {

void copy_slice(const TimeBlocks& from, const TimeSlice& slice, const TimeBlocks& to,
                std::size_t row, std::size_t begin) {
  const std::byte* source = from.row(slice.row) + (slice.begin * from.bytes);
  std::byte* target = to.row(row) + (begin * to.bytes);
  const bool is_whole = slice.count == from.time && slice.count == to.time;
  const std::size_t pieces = is_whole ? 1 : from.blocks;
  const std::size_t size = slice.count * from.bytes * (is_whole ? from.blocks : 1);
  for (std::size_t i = 0; i < pieces && size != 0; ++i) {
    std::memcpy(target, source, size);
    source += from.time * from.bytes;
    target += to.time * to.bytes;
  }
}

void clear_front(const TimeBlocks& array, std::size_t row, std::size_t count) {
  std::byte* block = array.row(row);
  for (std::size_t i = 0; i < array.blocks; ++i) {
    std::fill_n(block, count * array.bytes, std::byte{0});
    block += array.time * array.bytes;
  }
}

namespace {

/// Rows that wait for others, and how many of them read each row.
class Waiting {
 public:
  explicit Waiting(std::span<const std::size_t> parents)
      : from_(parents.begin(), parents.end()), readers_(parents.size(), 0) {
    for (std::size_t i = 0; i < from_.size(); ++i) {
      readers_[from_[i]] += from_[i] == i ? 0 : 1;
    }
  }

  [[nodiscard]] bool waits(std::size_t row) const { return from_[row] != row; }

  /// Fills the row if nobody reads it any more, then its parent in the same way, and so on.
  void settle(std::size_t row, std::vector<RowMove>& moves) {
    while (waits(row) && readers_[row] == 0) {
      const std::size_t parent = from_[row];
      moves.push_back({.to = row, .from = parent});
      from_[row] = row;
      if (parent == kSpareRow) {
        return;
      }
      --readers_[parent];
      row = parent;
    }
  }

  /// Only cycles are left when every row was settled: puts the row's content aside for the one
  /// that reads it.
  void open_cycle(std::size_t row, std::vector<RowMove>& moves) {
    moves.push_back({.to = kSpareRow, .from = row});
    *std::ranges::find(from_, row) = kSpareRow;
    readers_[row] = 0;
  }

 private:
  std::vector<std::size_t> from_;
  std::vector<std::size_t> readers_;
};

}  // namespace

void plan_moves(std::span<const std::size_t> parents, std::vector<RowMove>& moves) {
  moves.clear();
  Waiting waiting(parents);
  for (std::size_t row = 0; row < parents.size(); ++row) {
    waiting.settle(row, moves);
  }
  for (std::size_t row = 0; row < parents.size(); ++row) {
    if (waiting.waits(row)) {
      waiting.open_cycle(row, moves);
      waiting.settle(row, moves);
    }
  }
}

void apply_moves(const TimeBlocks& array, std::span<const RowMove> moves,
                 std::vector<std::byte>& spare) {
  const std::size_t size = array.blocks * array.time * array.bytes;
  if (size == 0) {
    return;
  }
  spare.resize(std::max(spare.size(), size));
  const auto at = [&](std::size_t row) { return row == kSpareRow ? spare.data() : array.row(row); };
  for (const RowMove& move : moves) {
    std::memcpy(at(move.to), at(move.from), size);
  }
}

}  // namespace onnxformers::models
