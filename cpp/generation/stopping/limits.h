#pragma once

#include <chrono>
#include <cstddef>

#include "generation/stopping.h"

namespace onnxformers::generation {

/// Ends all rows at a length, prompt included.
/// Source: Python transformers 4.46.3, MaxLengthCriteria.
class MaxLength final : public StoppingCriterion {
 public:
  explicit MaxLength(std::size_t length) : length_(length) {}
  void check(const Sequences& sequences, const Logits& scores, std::span<char> done) const override;

 private:
  std::size_t length_;
};

/// Ends all rows some time after this object was made.
/// Source: Python transformers 4.46.3, MaxTimeCriteria.
class MaxTime final : public StoppingCriterion {
 public:
  explicit MaxTime(double seconds);
  void check(const Sequences& sequences, const Logits& scores, std::span<char> done) const override;

 private:
  std::chrono::steady_clock::time_point end_;
};

}  // namespace onnxformers::generation
