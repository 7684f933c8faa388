#pragma once

#include <cstddef>
#include <vector>

#include "generation/step_model.h"
#include "runtime/value.h"

namespace onnxformers::models {

/// What the last run gave beside the cache: views of it where it is float32, else copies.
class StepOutputs {
 public:
  void clear();
  void take_logits(runtime::Handle<ort::Value> logits) { logits_ = std::move(logits); }
  void take_hidden(runtime::Handle<ort::Value> hidden) { hidden_ = std::move(hidden); }

  /// Scores after the last `wanted` tokens of each row; several are for one row only.
  /// Throws FileFormat for an output of another shape or type.
  [[nodiscard]] generation::Logits logits(std::size_t rows, std::size_t wanted);

  /// The same for several tokens that are read one by one.
  void begin_collecting() { collected_.clear(); }
  void collect(const generation::Logits& logits);
  [[nodiscard]] generation::Logits collected(std::size_t count);

  /// Vectors of the last `tokens` tokens of each row. Throws InvalidArgument when there are none.
  [[nodiscard]] generation::StepModel::Hidden hidden(std::size_t rows, std::size_t tokens) const;

 private:
  runtime::Handle<ort::Value> logits_;
  runtime::Handle<ort::Value> hidden_;
  std::vector<float> scores_;  ///< of logits that are not float32
  std::vector<float> collected_;
  mutable std::vector<float> hidden_copy_;
};

}  // namespace onnxformers::models
