#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// The warpers of the options and the draw in one: what top_k leaves is taken out of the vocabulary
/// first, and the other warpers see nothing else. Draws what the warpers and `draw` would.
/// Serves one thread at a time.
class Sampler {
 public:
  explicit Sampler(const Options& options);

  /// @param scores of one row, after all processors; may be written over.
  /// @param uniform in [0, 1), see random_number.
  Token sample(std::span<float> scores, double uniform);

 private:
  LogitsProcessors warpers_;
  std::size_t candidates_;  ///< how many of the best the warpers can leave; 0: no limit
  std::vector<float> scores_;
  std::vector<Token> tokens_;
};

}  // namespace onnxformers::generation
