#include "generation/logits/sampler.h"

#include <algorithm>
#include <cmath>

#include "generation/score_blocks.h"

namespace onnxformers::generation {

namespace {

std::size_t most_left(const LogitsProcessors& warpers) {
  for (const auto& warper : warpers) {
    if (warper->leaves() != 0 || !warper->keeps_order()) {
      return warper->leaves();
    }
  }
  return 0;
}

}  // namespace

Sampler::Sampler(const LogitsProcessors& warpers, bool keeps_scores)
    : warpers_(warpers), candidates_(keeps_scores ? 0 : most_left(warpers)) {}

Token Sampler::sample(std::span<float> scores, double uniform) {
  if (candidates_ == 0 || candidates_ >= scores.size()) {
    for (const auto& warper : warpers_) {
      warper->process({}, scores);
    }
    return draw(scores, uniform);
  }
  const ScoreBlocks blocks(
      {.data = scores.data(), .rows = 1, .vocab_size = scores.size(), .stride = scores.size()}, {});
  // Scores that differ in their last bits can be equal after the division by the temperature.
  constexpr float kBits = 1e-6F;
  const float lowest = blocks.reached_by(candidates_);
  blocks.collect(lowest - (std::abs(lowest) * kBits), found_);
  scores_.resize(found_.size());
  std::ranges::transform(found_, scores_.begin(), &Candidate::score);
  for (const auto& warper : warpers_) {
    warper->process({}, scores_);
  }
  return found_[static_cast<std::size_t>(draw(scores_, uniform))].token;
}

}  // namespace onnxformers::generation
