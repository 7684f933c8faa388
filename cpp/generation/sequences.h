#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "generation/step_model.h"

namespace onnxformers::generation {

/// The tokens of all rows, prompts included; every row has the same length.
class Sequences {
 public:
  /// @param capacity tokens a row will hold at most: nothing is allocated while it grows to there.
  Sequences(const Prompts& prompts, std::size_t capacity);

  [[nodiscard]] std::size_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::size_t length() const noexcept { return length_; }
  [[nodiscard]] std::size_t prompt_length() const noexcept { return prompt_length_; }
  [[nodiscard]] std::span<const Token> row(std::size_t index) const {
    return {tokens_.data() + (index * capacity_), length_};
  }
  /// The prompt that a row goes back to, through repetition and selection.
  [[nodiscard]] std::size_t prompt_of(std::size_t row) const { return prompts_[row]; }

  /// Copies of some rows that follow one another.
  [[nodiscard]] Sequences slice(std::size_t first, std::size_t count) const;

  /// Each row `times` times, one after the other. Before the first `append`.
  void repeat(std::size_t times);

  /// One token for each row.
  void append(std::span<const Token> tokens);

  /// Row i becomes what row `parents[i]` was; there may be fewer or more rows then.
  void select(std::span<const std::size_t> parents);

 private:
  Sequences() = default;
  void grow();

  std::size_t rows_ = 0;
  std::size_t length_ = 0;
  std::size_t prompt_length_ = 0;
  std::size_t capacity_ = 0;
  std::vector<std::size_t> prompts_;
  std::vector<std::size_t> selected_;
  std::vector<Token> tokens_;
  std::vector<Token> scratch_;
};

}  // namespace onnxformers::generation
