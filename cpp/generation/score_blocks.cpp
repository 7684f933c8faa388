#include "generation/score_blocks.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "generation/kernels.h"

namespace onnxformers::generation {

namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

}  // namespace

ScoreBlocks::ScoreBlocks(const Logits& scores, std::span<const float> offsets, std::size_t count)
    : scores_(scores),
      offsets_(offsets),
      width_(width(scores.rows * scores.vocab_size, count)),
      blocks_of_row_((scores.vocab_size + width_ - 1) / width_),
      maxima_(scores.rows * blocks_of_row_) {
  bool has_nan = false;
  for (std::size_t row = 0; row < scores.rows; ++row) {
    const std::span maxima = std::span(maxima_).subspan(row * blocks_of_row_, blocks_of_row_);
    has_nan |= block_maxima(scores.row(row), width_, maxima.data());
    for (float& maximum : maxima) {
      maximum += offset(row);
    }
  }
  if (has_nan) {
    fail_non_finite();
  }
}

/// Keeps both the number of blocks and of the values in the best ones small.
std::size_t ScoreBlocks::width(std::size_t values, std::size_t count) {
  constexpr std::size_t kStep = 16;
  constexpr std::size_t kWidest = 1024;
  const double even = std::sqrt(static_cast<double>(values) / static_cast<double>(count + 1));
  return std::clamp(static_cast<std::size_t>(even) / kStep * kStep, kStep, kWidest);
}

float ScoreBlocks::reached_by(std::size_t count) const {
  if (count == 0 || maxima_.size() < count) {
    return kForbidden;
  }
  std::vector<float> sorted = maxima_;
  const auto place = sorted.begin() + static_cast<std::ptrdiff_t>(count - 1);
  std::ranges::nth_element(sorted, place, std::greater<>());
  return *place;
}

void ScoreBlocks::collect(float lowest, std::vector<Candidate>& out) const {
  out.clear();
  for (std::size_t i = 0; i < maxima_.size(); ++i) {
    if (maxima_[i] >= lowest && maxima_[i] != kForbidden) {
      collect_block(i / blocks_of_row_, (i % blocks_of_row_) * width_, lowest, out);
    }
  }
}

void ScoreBlocks::collect_block(std::size_t row, std::size_t start, float lowest,
                                std::vector<Candidate>& out) const {
  const auto values = scores_.row(row);
  const std::size_t end = std::min(start + width_, values.size());
  for (std::size_t i = start; i < end; ++i) {
    const float score = values[i] + offset(row);
    if (score >= lowest && score != kForbidden) {
      out.push_back({score, row, static_cast<Token>(i)});
    }
  }
}

float kth_highest(std::span<float> scores, std::size_t k) {
  const ScoreBlocks blocks({scores.data(), 1, scores.size(), scores.size()}, {}, k);
  std::vector<Candidate> found;
  blocks.collect(blocks.reached_by(k), found);
  if (found.size() < k) {
    return kForbidden;
  }
  const auto place = found.begin() + static_cast<std::ptrdiff_t>(k - 1);
  std::ranges::nth_element(found, place, std::greater<>(), &Candidate::score);
  return place->score;
}

}  // namespace onnxformers::generation
