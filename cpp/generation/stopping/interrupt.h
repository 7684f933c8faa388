#pragma once

#include <atomic>
#include <memory>

#include "generation/stopping.h"

namespace onnxformers::generation {

/// Ends all rows after the step in which a flag is set, from whichever thread.
class Interrupt final : public StoppingCriterion {
 public:
  explicit Interrupt(std::shared_ptr<const std::atomic<bool>> flag) : flag_(std::move(flag)) {}
  void check(const Sequences& sequences, const Logits& scores, std::span<char> done) const override;

 private:
  std::shared_ptr<const std::atomic<bool>> flag_;
};

}  // namespace onnxformers::generation
