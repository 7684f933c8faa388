#pragma once

#include "bindings/module.h"

#include <pybind11/numpy.h>

namespace onnxformers::bindings {

/// Imports numpy's C API now, on the thread that loads a model or tokenizer. pybind11 would do so
/// at the first array, releasing the GIL with its own guard, which aborts a daemon thread at
/// interpreter exit (see gil.h).
inline void load_numpy_api() { (void)py::dtype::of<bool>(); }

}  // namespace onnxformers::bindings
