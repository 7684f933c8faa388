#include "models/columns.h"

#include <algorithm>
#include <iterator>

namespace onnxformers::models {

void Columns::assign(std::span<const std::int64_t> values, std::size_t rows) {
  values_.assign(values.begin(), values.end());
  rows_ = rows;
  width_ = rows == 0 ? 0 : values.size() / rows;
}

void Columns::append(std::span<const std::int64_t> values, std::size_t count) {
  const std::size_t width = width_ + count;
  values_.resize(rows_ * width);
  // From the last row up: none lands on one that is still to be moved.
  for (std::size_t r = rows_; r-- > 0;) {
    std::int64_t* const to = values_.data() + (r * width);
    const std::int64_t* const from = values_.data() + (r * width_);
    if (to != from) {
      std::copy_backward(from, from + width_, to + width_);
    }
    std::copy_n(values.data() + (r * count), count, to + width_);
  }
  width_ = width;
}

void Columns::select(std::span<const std::size_t> parents, std::size_t skipped) {
  scratch_.clear();
  for (const std::size_t parent : parents) {
    std::ranges::copy(row(parent).subspan(skipped), std::back_inserter(scratch_));
  }
  values_.swap(scratch_);
  rows_ = parents.size();
  width_ -= skipped;
}

void Columns::crop(std::size_t width) {
  if (width == width_) {
    return;
  }
  for (std::size_t r = 1; r < rows_; ++r) {
    std::copy_n(values_.data() + (r * width_), width, values_.data() + (r * width));
  }
  width_ = width;
  values_.resize(rows_ * width);
}

void Columns::stack(const Columns& below) {
  const std::size_t width = std::max(width_, below.width_);
  scratch_.assign((rows_ + below.rows_) * width, 0);
  auto place = [&, end = scratch_.begin()](const Columns& from) mutable {
    for (std::size_t r = 0; r < from.rows_; ++r) {
      end += static_cast<std::ptrdiff_t>(width);
      std::ranges::copy(from.row(r), end - static_cast<std::ptrdiff_t>(from.width_));
    }
  };
  place(*this);
  place(below);
  values_.swap(scratch_);
  rows_ += below.rows_;
  width_ = width;
}

}  // namespace onnxformers::models
