#pragma once

#include <pybind11/pybind11.h>

namespace onnxformers::bindings {

namespace py = pybind11;

void bind_errors();
void bind_audio(py::module_& m);
void bind_base(py::module_& m);
void bind_image(py::module_& m);
void bind_models(py::module_& m);
void bind_tokenizers(py::module_& m);
void bind_runtime(py::module_& m);

}  // namespace onnxformers::bindings
