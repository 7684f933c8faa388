#pragma once

#include "bindings/module.h"

namespace onnxformers::bindings {

void bind_scheduler(py::module_& m);

}  // namespace onnxformers::bindings
