#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace onnxformers::models {

/// One array of a cache as bytes: (rows, blocks, time, bytes), contiguous.
struct TimeBlocks {
  std::byte* data = nullptr;
  std::size_t rows = 0;
  std::size_t blocks = 0;  ///< heads, and whatever else stands before the time
  std::size_t time = 0;
  std::size_t bytes = 0;  ///< of one moment in one block

  [[nodiscard]] std::byte* row(std::size_t index) const {
    return data + (index * blocks * time * bytes);
  }
};

/// Some moments of one row.
struct TimeSlice {
  std::size_t row = 0;
  std::size_t begin = 0;
  std::size_t count = 0;
};

/// Copies the slice to row `row` of `to`, so that it begins at the moment `begin`.
void copy_slice(const TimeBlocks& from, const TimeSlice& slice, const TimeBlocks& to,
                std::size_t row, std::size_t begin);

/// Fills the first `count` moments of a row with zeros.
void clear_front(const TimeBlocks& array, std::size_t row, std::size_t count);

/// A whole row onto another; kSpareRow stands for memory beside the array.
struct RowMove {
  std::size_t to = 0;
  std::size_t from = 0;
};
inline constexpr std::size_t kSpareRow = ~std::size_t{0};

/// Copies, to be made one after the other, after which row i is what row `parents[i]` was. Rows
/// that stay as they are cost nothing.
void plan_moves(std::span<const std::size_t> parents, std::vector<RowMove>& moves);

/// Makes them. @param spare memory of one row.
void apply_moves(const TimeBlocks& array, std::span<const RowMove> moves,
                 std::vector<std::byte>& spare);

}  // namespace onnxformers::models
