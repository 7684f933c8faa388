#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "generation/step_model.h"

namespace onnxformers::generation {

/// Scores of the prompts, each for so many rows: a prompt is read once however many rows go on
/// from it.
class RepeatedLogits {
 public:
  RepeatedLogits(const Logits& logits, std::size_t copies)
      : values_(logits.rows * copies * logits.vocab_size),
        view_{
            .data = values_.data(),
            .rows = logits.rows * copies,
            .vocab_size = logits.vocab_size,
            .stride = logits.vocab_size,
        } {
    for (std::size_t i = 0; i < view_.rows; ++i) {
      std::ranges::copy(logits.row(i / copies), view_.row(i).begin());
    }
  }
  [[nodiscard]] const Logits& view() const { return view_; }

 private:
  std::vector<float> values_;
  Logits view_;
};

}  // namespace onnxformers::generation
