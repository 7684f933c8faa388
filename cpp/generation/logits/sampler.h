#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "generation/logits/processor.h"
#include "generation/sampling.h"

namespace onnxformers::generation {

/// Warpers and the draw in one: what top_k leaves is taken out of the vocabulary first, and the
/// warpers see nothing else. Draws what the warpers and `draw` would.
/// Serves one thread at a time.
class Sampler {
 public:
  /// @param warpers kept by the caller.
  /// @param keeps_scores whether all scores are wanted afterwards as the warpers leave them.
  explicit Sampler(const LogitsProcessors& warpers, bool keeps_scores = false);

  /// @param scores of one row, after all processors; may be written over.
  /// @param uniform in [0, 1), see random_number.
  Token sample(std::span<float> scores, double uniform);

 private:
  const LogitsProcessors& warpers_;
  std::size_t candidates_;  ///< how many the warpers can leave, but for equals; 0: no limit
  std::vector<Candidate> found_;
  std::vector<float> scores_;
};

}  // namespace onnxformers::generation
