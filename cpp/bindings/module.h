#pragma once

#include <pybind11/pybind11.h>

namespace onnxformers::bindings {

namespace py = pybind11;

void bind_errors();

}  // namespace onnxformers::bindings
