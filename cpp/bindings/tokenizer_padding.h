#pragma once

#include "bindings/module.h"

#include "bindings/tokenizer_encodings.h"

namespace onnxformers::bindings {

/// The methods of `Encodings` that give arrays with a row for every text.
void bind_padding(py::class_<Rows>& type);

}  // namespace onnxformers::bindings
