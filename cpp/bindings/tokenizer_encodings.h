#pragma once

#include "bindings/module.h"

#include <memory>

#include <pybind11/numpy.h>
#include <pybind11/typing.h>

#include "bindings/numpy_api.h"
#include "tokenizers/encodings.h"
#include "tokenizers/tokenizer.h"

namespace onnxformers::bindings {

using Ids = py::array_t<std::int64_t, py::array::c_style>;
using Integers = py::typing::List<py::int_>;
using OptionalIntegers = py::typing::List<py::typing::Optional<py::int_>>;

/// The native `Encodings`: rows and the tokenizer that knows their tokens.
struct Rows {
  tokenizers::Encodings rows;
  std::shared_ptr<const tokenizers::Tokenizer> tokenizer;
};

/// The index of a row, counted from the end where it is negative; throws InvalidArgument for one
/// that is not there.
[[nodiscard]] std::size_t checked_row(const Rows& self, std::int64_t row);

/// Throws InvalidArgument for rows without offsets.
void need_offsets(const Rows& self);

void bind_encodings(py::module_& m);

}  // namespace onnxformers::bindings
