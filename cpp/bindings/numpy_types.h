#pragma once

#include "bindings/module.h"

#include <pybind11/numpy.h>

#include "runtime/element_type.h"

namespace onnxformers::bindings {

/// numpy's type number of arrays of objects.
inline constexpr int kObject = py::detail::npy_api::NPY_OBJECT_;

/// numpy's type number for the memory of an element type.
int type_number(ort::ElemType type);

/// Whether numpy's type is the wanted one or its twin of the same size (C has two integer types of
/// 64 or of 32 bits).
bool is_same_type(int got, int wanted);

}  // namespace onnxformers::bindings
