#include "models/pass_runner.h"

#include <utility>

namespace onnxformers::models {

std::span<const ort::Value*> PassRunner::inputs(const DecoderPass& pass) {
  inputs_.resize(pass.inputs.size());
  return inputs_;
}

std::span<runtime::Handle<ort::Value>> PassRunner::run(const DecoderPass& pass) {
  outputs_.assign(pass.output_names.size(), nullptr);
  results_.resize(outputs_.size());
  runtime::RunEnd end{};
  do {
    end = pass.session->run({.input_names = pass.input_names,
                             .inputs = inputs_,
                             .output_names = pass.output_names,
                             .outputs = outputs_},
                            limits_.run);
    // Before anything may throw.
    for (std::size_t i = 0; i < outputs_.size(); ++i) {
      results_[i].reset(std::exchange(outputs_[i], nullptr));
    }
  } while (end != runtime::RunEnd::Done && !limits_.on_interrupt(end));
  return results_;
}

}  // namespace onnxformers::models
