#include "generation/logits/inf_nan_remove.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace onnxformers::generation {

void InfNanRemoveLogitsProcessor::process(std::span<const Token> /*tokens*/,
                                          std::span<float> scores) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  for (float& score : scores) {
    score = std::isnan(score) ? 0.0F : std::clamp(score, -kLargest, kLargest);
  }
}

}  // namespace onnxformers::generation
