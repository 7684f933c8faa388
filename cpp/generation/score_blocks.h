#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "generation/sampling.h"

namespace onnxformers::generation {

/// Scores in blocks whose maxima are found in one pass: afterwards only the blocks that hold one
/// of the best scores are looked through. Borrows the scores.
class ScoreBlocks {
 public:
  /// Throws InvalidArgument for NaN ("non-finite logits").
  /// @param offsets added to the scores of each row; empty: none.
  /// @param is_normed whether these are logits that stand for their log-probabilities: to the bit
  ///   those of log_softmax_in_place, but written nowhere. Throws what that throws, too.
  ScoreBlocks(const Logits& scores, std::span<const float> offsets, bool is_normed = false);

  /// A score that at least `count` tokens reach, and few more; -inf where that is not known.
  [[nodiscard]] float reached_by(std::size_t count) const;

  /// All tokens of at least this score, by row and token; none of -inf.
  void collect(float lowest, std::vector<Candidate>& out) const;

 private:
  /// What turns the values of a row into scores.
  struct Level {
    float peak = 0.0F;
    float log_sum = 0.0F;
    float offset = 0.0F;
    [[nodiscard]] float score(float value) const { return ((value - peak) - log_sum) + offset; }
  };

  void collect_block(std::size_t row, std::size_t start, float lowest,
                     std::vector<Candidate>& out) const;

  Logits scores_;
  std::vector<Level> levels_;
  std::size_t blocks_of_row_;
  std::vector<float> maxima_;
};

/// The score of the k-th best; -inf when fewer are above it. Throws for NaN.
[[nodiscard]] float kth_highest(std::span<float> scores, std::size_t k);

}  // namespace onnxformers::generation
