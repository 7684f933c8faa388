#include "generation/score_blocks.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "generation/kernels.h"

namespace onnxformers::generation {

namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

/// A value that at least `count` of these reach, and few more; -inf when there are fewer above it.
float reached_among(std::span<const float> maxima, std::size_t count) {
  constexpr float kMost = std::numeric_limits<float>::max();
  if (count == 0 || count_reaching(maxima, -kMost) < count) {
    return kForbidden;
  }
  float low = kMost;
  float high = -kMost;
  for (const float value : maxima) {
    low = value < -kMost ? low : std::min(low, value);
    high = std::max(high, std::min(value, kMost));
  }
  // `low` is reached by enough; it rises until not many more reach it.
  constexpr int kSteps = 24;
  for (int i = 0; i < kSteps; ++i) {
    const float middle = (low / 2) + (high / 2);
    const std::size_t reaching = count_reaching(maxima, middle);
    if (reaching >= count) {
      low = middle;
      if (reaching <= count + (count / 4)) {
        break;
      }
    } else {
      high = middle;
    }
  }
  return low;
}

}  // namespace

ScoreBlocks::ScoreBlocks(const Logits& scores, std::span<const float> offsets, bool is_normed)
    : scores_(scores),
      levels_(scores.rows),
      blocks_of_row_((scores.vocab_size + kBlock - 1) / kBlock),
      maxima_(scores.rows * blocks_of_row_) {
  for (std::size_t row = 0; row < scores.rows; ++row) {
    const auto values = scores.row(row);
    if (has_nan(values)) {
      fail_non_finite();
    }
    const std::span maxima = std::span(maxima_).subspan(row * blocks_of_row_, blocks_of_row_);
    block_maxima(values, maxima.data());
    Level& level = levels_[row];
    if (is_normed) {
      level.peak = maximum(maxima);
      if (!std::isfinite(level.peak)) {
        fail_non_finite();
      }
      level.log_sum = static_cast<float>(std::log(sum_exp(values, level.peak)));
    }
    if (!offsets.empty()) {
      level.offset = offsets[row];
    }
    if (is_normed || !offsets.empty()) {
      // Rounding never changes the order: the highest values have the highest scores.
      shift(maxima, level.peak, level.log_sum, level.offset);
    }
  }
}

float ScoreBlocks::reached_by(std::size_t count) const {
  // Of many blocks the maxima of their maxima say nearly as much.
  constexpr std::size_t kEnough = 4;
  if (maxima_.size() / kBlock < kEnough * count) {
    return reached_among(maxima_, count);
  }
  std::vector<float> coarse((maxima_.size() + kBlock - 1) / kBlock);
  block_maxima(maxima_, coarse.data());
  const float lowest = reached_among(coarse, count);
  return lowest == kForbidden ? reached_among(maxima_, count) : lowest;
}

void ScoreBlocks::collect(float lowest, std::vector<Candidate>& out) const {
  out.clear();
  for (std::size_t i = 0; i < maxima_.size(); ++i) {
    if (maxima_[i] >= lowest && maxima_[i] != kForbidden) {
      collect_block(i / blocks_of_row_, i % blocks_of_row_ * kBlock, lowest, out);
    }
  }
}

void ScoreBlocks::collect_block(std::size_t row, std::size_t start, float lowest,
                                std::vector<Candidate>& out) const {
  const auto values = scores_.row(row);
  const std::size_t end = std::min(start + kBlock, values.size());
  for (std::size_t i = start; i < end; ++i) {
    const float score = levels_[row].score(values[i]);
    if (score >= lowest && score != kForbidden) {
      out.push_back({.score = score, .row = row, .token = static_cast<Token>(i)});
    }
  }
}

float kth_highest(std::span<float> scores, std::size_t k) {
  const ScoreBlocks blocks(
      {.data = scores.data(), .rows = 1, .vocab_size = scores.size(), .stride = scores.size()}, {});
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
