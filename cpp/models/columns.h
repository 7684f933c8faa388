#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace onnxformers::models {

/// Row-major numbers of shape (rows, width) that grow by columns, as masks and ids do from step to
/// step. The memory is kept between steps.
class Columns {
 public:
  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t width() const noexcept { return width_; }
  [[nodiscard]] std::int64_t* data() noexcept { return values_.data(); }
  [[nodiscard]] std::span<const std::int64_t> row(std::size_t index) const {
    return {values_.data() + (index * width_), width_};
  }

  /// `values` of shape (rows, width).
  void assign(std::span<const std::int64_t> values, std::size_t rows);

  /// `count` columns at the right, from `values` of shape (rows, count).
  void append(std::span<const std::int64_t> values, std::size_t count);

  /// Row i becomes what row `parents[i]` was, without its first `skipped` columns.
  void select(std::span<const std::size_t> parents, std::size_t skipped);

  /// Keeps the first `width` columns.
  void crop(std::size_t width);

  /// The rows of `below` beneath these; the narrower ones get columns of 0 at the left.
  void stack(const Columns& below);

 private:
  std::size_t rows_ = 0;
  std::size_t width_ = 0;
  std::vector<std::int64_t> values_;
  std::vector<std::int64_t> scratch_;
};

}  // namespace onnxformers::models
