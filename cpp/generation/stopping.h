#pragma once

#include <memory>
#include <span>
#include <vector>

#include "generation/sequences.h"

namespace onnxformers::generation {

/// Says after each step which rows have come to an end.
class StoppingCriterion {
 public:
  StoppingCriterion() = default;
  virtual ~StoppingCriterion() = default;
  StoppingCriterion(const StoppingCriterion&) = delete;
  StoppingCriterion& operator=(const StoppingCriterion&) = delete;
  StoppingCriterion(StoppingCriterion&&) = delete;
  StoppingCriterion& operator=(StoppingCriterion&&) = delete;

  /// Sets `done[i]` for rows that are finished; leaves the others as they are.
  /// @param scores those the tokens were chosen from; may have no data.
  virtual void check(const Sequences& sequences, const Logits& scores,
                     std::span<char> done) const = 0;
};

using StoppingCriteria = std::vector<std::unique_ptr<StoppingCriterion>>;

}  // namespace onnxformers::generation
