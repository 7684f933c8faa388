#pragma once

#include <utility>
#include <vector>

#include "generation/search/search.h"

namespace onnxformers::generation {

/// Keeps the scores of every step for callers that ask for them.
class Recorder {
 public:
  explicit Recorder(const Options& options);

  /// Whether more than the sequences is wanted.
  [[nodiscard]] bool is_on() const noexcept { return is_on_; }

  /// Before the processors.
  void begin(const Logits& logits);
  /// After them.
  void end(const Logits& scores);

  [[nodiscard]] SearchResult result() { return {.steps = std::move(steps_)}; }

 private:
  bool is_on_;
  bool keeps_logits_;
  bool keeps_scores_;
  std::vector<StepRecord> steps_;
};

}  // namespace onnxformers::generation
