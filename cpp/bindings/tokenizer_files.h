#pragma once

#include "bindings/module.h"

namespace onnxformers::bindings {

/// Readers of the files that came before tokenizer.json.
void bind_tokenizer_files(py::module_& m);

}  // namespace onnxformers::bindings
