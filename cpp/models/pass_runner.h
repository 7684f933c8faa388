#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "models/decoder_graph.h"
#include "runtime/io_binding.h"
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
  /// @param device where the cache lies; nothing: in the memory of the CPU.
  explicit PassRunner(std::optional<runtime::Device> device) : device_(std::move(device)) {}

  void set_limits(StepLimits limits) { limits_ = std::move(limits); }

  /// Values for the inputs of the pass, to be set before each run.
  [[nodiscard]] std::span<const ort::Value*> inputs(const DecoderPass& pass);

  /// Values of the pass's outputs, which the caller may take.
  std::span<runtime::Handle<ort::Value>> run(const DecoderPass& pass);

  /// The output of a session that has one input and one output.
  runtime::Handle<ort::Value> run_alone(const runtime::Session& session, const ort::Value* input);

 private:
  /// A pass over a device: what is bound stays there from run to run.
  struct Bound {
    Bound(const std::shared_ptr<const runtime::Session>& session, std::size_t inputs)
        : binding(session), fixed(inputs) {}

    runtime::IoBinding binding;
    std::vector<const ort::Value*> fixed;  ///< values that are bound, for inputs that stay
  };
  Bound& bound(const DecoderPass& pass);
  runtime::RunEnd run_plain(const DecoderPass& pass);
  runtime::RunEnd run_bound(const DecoderPass& pass);

  std::optional<runtime::Device> device_;
  std::map<const DecoderPass*, Bound> bound_;
  StepLimits limits_;
  std::vector<const ort::Value*> inputs_;
  std::vector<ort::Value*> outputs_;
  std::vector<runtime::Handle<ort::Value>> results_;
};

}  // namespace onnxformers::models
