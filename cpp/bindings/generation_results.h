#pragma once

#include "bindings/module.h"

#include <cstddef>

#include <pybind11/typing.h>

#include "generation/search/search.h"

namespace onnxformers::bindings {

/// Sequences, and what was recorded on the way, by name.
/// @param rows of scores in each step.
py::typing::Dict<py::str, py::object> to_python(const generation::SearchResult& result,
                                                std::size_t rows);

}  // namespace onnxformers::bindings
