#include "generation/search/vector_history.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace onnxformers::generation {

namespace {

/// In lanes, which the compiler can hold in one register.
float dot(std::span<const float> a, std::span<const float> b) {
  constexpr std::size_t kLanes = 8;
  std::array<float, kLanes> sums{};
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      sums[lane] += a[i + lane] * b[i + lane];
    }
  }
  float sum = 0;
  for (; i < a.size(); ++i) {
    sum += a[i] * b[i];
  }
  for (const float lane : sums) {
    sum += lane;
  }
  return sum;
}

/// 0 for a vector of zeros, which is like no other.
float inverse_length(std::span<const float> vector) {
  const float length = std::sqrt(dot(vector, vector));
  return length > 0 ? 1.0F / length : 0.0F;
}

}  // namespace

VectorHistory::VectorHistory(const Prompts& prompts, const StepModel::Hidden& hidden)
    : rows_(prompts.rows) {
  for (std::size_t i = 0; i < prompts.rows * hidden.tokens; ++i) {
    if (prompts.mask.empty() || prompts.mask[i] != 0) {
      append(i / hidden.tokens, {hidden.data + (i * hidden.width), hidden.width});
    }
  }
}

void VectorHistory::append(std::size_t row, std::span<const float> vector) {
  const float scale = inverse_length(vector);
  for (const float value : vector) {
    rows_[row].push_back(value * scale);
  }
}

float VectorHistory::likeness(std::size_t row, std::span<const float> vector) const {
  const std::span<const float> all = rows_[row];
  float highest = -std::numeric_limits<float>::infinity();
  for (std::size_t start = 0; start < all.size(); start += vector.size()) {
    highest = std::max(highest, dot(all.subspan(start, vector.size()), vector));
  }
  return highest * inverse_length(vector);
}

}  // namespace onnxformers::generation
