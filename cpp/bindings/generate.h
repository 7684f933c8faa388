#pragma once

#include "bindings/module.h"

namespace onnxformers::bindings {

/// The token loop over a StepModel.
void bind_generate(py::module_& m);

}  // namespace onnxformers::bindings
