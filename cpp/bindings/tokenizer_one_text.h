#pragma once

#include "bindings/module.h"

namespace onnxformers::bindings {

/// Adds the quick ways for one text to the class Tokenizer.
void bind_one_text(py::module_& m);

}  // namespace onnxformers::bindings
