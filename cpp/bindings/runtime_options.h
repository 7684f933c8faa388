#pragma once

#include "bindings/module.h"

#include "runtime/session_options.h"

namespace onnxformers::bindings {

/// A SessionConfig from keyword arguments. Views of external data point into the dict's buffers,
/// which `buffers` keeps. Throws InvalidArgument for an unknown name, InvalidType for a value of
/// the wrong type.
runtime::SessionConfig session_config(const py::kwargs& options, py::list& buffers);

}  // namespace onnxformers::bindings
