#pragma once

#include "bindings/module.h"

namespace onnxformers::bindings {

/// A pre-tokenizer by itself, and the matches of a pattern: for tests and for looking into a file.
void bind_pre_tokenizers(py::module_& m);

}  // namespace onnxformers::bindings
