#pragma once

#include "bindings/module.h"

namespace onnxformers::bindings {

/// Text to tokens: methods of the class Tokenizer, which is there already.
void bind_encode(py::module_& m);

}  // namespace onnxformers::bindings
