#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "generation/step_model.h"

namespace onnxformers::generation {

/// The vectors of the tokens of each row, for contrastive search.
class VectorHistory {
 public:
  /// @param hidden vectors of the prompts; those of padding are left out.
  VectorHistory(const Prompts& prompts, const StepModel::Hidden& hidden);

  void append(std::size_t row, std::span<const float> vector);
  /// The highest cosine with a vector of the row.
  [[nodiscard]] float likeness(std::size_t row, std::span<const float> vector) const;

 private:
  std::vector<std::vector<float>> rows_;  ///< of length 1, one after the other
};

}  // namespace onnxformers::generation
