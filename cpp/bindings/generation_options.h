#pragma once

#include "bindings/module.h"

#include "generation/options.h"

namespace onnxformers::bindings {

/// A generation option from what Python holds it as; a tuple or list of a token (or several) and a
/// number is a bias, a dict of token tuples and numbers a list of biases. Throws InvalidType that
/// names the option for anything else.
generation::OptionValue option_value(const std::string& name, py::handle value);

/// Entries of a dict by their names, without those that are None.
generation::Options generation_options(const py::dict& options);

}  // namespace onnxformers::bindings
