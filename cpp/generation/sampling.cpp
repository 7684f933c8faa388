#include "generation/sampling.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "generation/kernels.h"
#include "generation/score_blocks.h"

namespace onnxformers::generation {

namespace {

constexpr float kForbidden = -std::numeric_limits<float>::infinity();

bool is_better(const Candidate& left, const Candidate& right) {
  if (left.score != right.score) {
    return left.score > right.score;
  }
  return left.row != right.row ? left.row < right.row : left.token < right.token;
}

/// Where the cumulated weight of a block first exceeds `wanted`; else its last token with a weight.
std::size_t place_in_block(std::span<const float> weights, double wanted) {
  std::size_t last = 0;
  double sum = 0.0;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] > 0.0F) {
      last = i;
      sum += static_cast<double>(weights[i]);
      if (sum > wanted) {
        break;
      }
    }
  }
  return last;
}

/// Up to `count` tokens, those of -inf left out.
void take_best(const ScoreBlocks& blocks, std::size_t count, std::vector<Candidate>& out) {
  blocks.collect(blocks.reached_by(count), out);
  if (out.size() > count) {
    std::ranges::nth_element(out, out.begin() + static_cast<std::ptrdiff_t>(count), is_better);
    out.resize(count);
  }
  std::ranges::sort(out, is_better);
}

/// Forbidden tokens, the first ones first, until there are `count` candidates.
void fill_with_forbidden(const Logits& scores, std::span<const float> offsets, std::size_t count,
                         std::vector<Candidate>& out) {
  for (std::size_t row = 0; row < scores.rows && out.size() < count; ++row) {
    const auto values = scores.row(row);
    const float offset = offsets.empty() ? 0.0F : offsets[row];
    for (std::size_t i = 0; i < values.size() && out.size() < count; ++i) {
      if (values[i] + offset == kForbidden) {
        out.push_back({.score = kForbidden, .row = row, .token = static_cast<Token>(i)});
      }
    }
  }
}

}  // namespace

Token argmax(std::span<const float> scores) { return static_cast<Token>(find_peak(scores).index); }

Token draw(std::span<const float> scores, double uniform) {
  constexpr std::size_t kWidth = 512;
  const float peak = find_peak(scores).value;
  std::vector<double> sums;
  sums.reserve((scores.size() / kWidth) + 1);
  double total = 0.0;
  for (std::size_t start = 0; start < scores.size(); start += kWidth) {
    total += sum_exp(scores.subspan(start, std::min(kWidth, scores.size() - start)), peak);
    sums.push_back(total);
  }
  const double wanted = uniform * total;
  // The first block that goes beyond; one without weight does not.
  const auto found = std::ranges::upper_bound(sums, wanted);
  const auto block =
      std::min(static_cast<std::size_t>(found - sums.begin()), sums.size() - 1) * kWidth;
  const double before = block == 0 ? 0.0 : sums[(block / kWidth) - 1];
  std::array<float, kWidth> weights{};
  const auto values = scores.subspan(block, std::min(kWidth, scores.size() - block));
  exp_shifted(values, peak, weights.data());
  return static_cast<Token>(block +
                            place_in_block({weights.data(), values.size()}, wanted - before));
}

float log_sum_exp(std::span<const float> scores) {
  const float peak = find_peak(scores).value;
  return peak + static_cast<float>(std::log(sum_exp(scores, peak)));
}

void log_softmax_in_place(std::span<float> scores) {
  const float peak = find_peak(scores).value;
  subtract(scores, peak, static_cast<float>(std::log(sum_exp(scores, peak))));
}

void top_candidates(const Logits& scores, std::span<const float> offsets, std::size_t count,
                    std::vector<Candidate>& out) {
  take_best(ScoreBlocks(scores, offsets), count, out);
  fill_with_forbidden(scores, offsets, count, out);
}

void top_log_probabilities(const Logits& logits, std::span<const float> offsets, std::size_t count,
                           std::vector<Candidate>& out) {
  take_best(ScoreBlocks(logits, offsets, true), count, out);
  fill_with_forbidden(logits, offsets, count, out);
}

}  // namespace onnxformers::generation
