#pragma once

#include "bindings/module.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/typing.h>

#include "bindings/decoder_graph.h"
#include "bindings/generation_arrays.h"
#include "bindings/runtime_arrays.h"
#include "models/decoder_steps.h"

namespace onnxformers::bindings {

/// onnxformers._native.generation.StepModel: one generation over the sessions of a decoder.
class PyStepModel {
 public:
  using FixedArrays = py::typing::Dict<py::str, py::object>;
  using Cancel = py::typing::Optional<runtime::CancelToken>;

  PyStepModel(const PyDecoderGraph& graph, const FixedArrays& fixed,
              std::optional<double> timeout_s, const Cancel& cancel,
              const std::optional<std::string>& device, std::size_t group);

  /// For calls on this thread, with the GIL released: until they end, nobody else may use it.
  /// SIGINT stops them if the thread is Python's main one. Keep this object alive meanwhile.
  /// Throws Timeout or Cancelled when a limit is reached already.
  models::DecoderSteps& on_this_thread();

 private:
  std::vector<py::object> keep_alive_;
  runtime::RunLimits limits_;
  std::optional<models::DecoderSteps> steps_;
};

void bind_step_model(py::module_& m);

}  // namespace onnxformers::bindings
