#pragma once

#include "bindings/module.h"

namespace onnxformers::bindings {

/// Ids back to text: methods of the class Tokenizer, which is there already, and DecodeStream.
void bind_decoding(py::module_& m);

}  // namespace onnxformers::bindings
