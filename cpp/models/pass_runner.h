#pragma once

#include <functional>
#include <span>
#include <vector>

#include "models/decoder_graph.h"
#include "runtime/session.h"
#include "runtime/value.h"

namespace onnxformers::models {

/// What ends a generation from outside.
struct StepLimits {
  runtime::RunLimits run{};
  /// Called when SIGINT reached a run; returns whether its results are there (else it is run
  /// again). May throw.
  std::function<bool(runtime::RunEnd)> on_interrupt{};
};

/// Runs sessions with arrays of arguments that stay from step to step.
class PassRunner {
 public:
  void set_limits(StepLimits limits) { limits_ = std::move(limits); }

  /// Values for the inputs of the pass, to be set before each run.
  [[nodiscard]] std::span<const ort::Value*> inputs(const DecoderPass& pass);

  /// Values of the pass's outputs, which the caller may take.
  std::span<runtime::Handle<ort::Value>> run(const DecoderPass& pass);

 private:
  StepLimits limits_;
  std::vector<const ort::Value*> inputs_;
  std::vector<ort::Value*> outputs_;
  std::vector<runtime::Handle<ort::Value>> results_;
};

}  // namespace onnxformers::models
