#include "bindings/module.h"

#include <pybind11/numpy.h>

#include "base/errors.h"
#include "bindings/gil.h"
#include "models/pooling.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;

namespace {

using Floats = py::array_t<float, py::array::c_style>;
using Mask = py::array_t<std::int64_t, py::array::c_style>;

/// Below this many values pooling takes less than releasing the GIL is worth.
constexpr py::ssize_t kSmall = 1 << 16;

models::TokenVectors token_vectors(const Floats& hidden, const Mask& mask) {
  if (hidden.ndim() != 3 || mask.ndim() != 2 || hidden.shape(0) != mask.shape(0) ||
      hidden.shape(1) != mask.shape(1)) {
    fail(ErrorKind::InvalidArgument, "pool",
         "expected vectors of shape (rows, tokens, width) and a mask of shape (rows, tokens)");
  }
  return {hidden.data(), mask.data(), static_cast<std::size_t>(hidden.shape(0)),
          static_cast<std::size_t>(hidden.shape(1)), static_cast<std::size_t>(hidden.shape(2))};
}

Floats pool(const Floats& hidden, const Mask& mask, const std::string& pooling, bool normalize) {
  const models::TokenVectors tokens = token_vectors(hidden, mask);
  const models::Pooling kind = models::pooling_from_name(pooling);
  Floats out({hidden.shape(0), hidden.shape(2)});
  float* values = out.mutable_data();
  const auto size = static_cast<std::size_t>(out.size());
  const auto work = [&] {
    models::pool(tokens, kind, values);
    if (normalize) {
      models::normalize({values, size}, tokens.width);
    }
  };
  if (hidden.size() < kSmall) {
    work();
  } else {
    const GilRelease release;
    work();
  }
  return out;
}

}  // namespace

void bind_models(py::module_& m) {
  m.def("pool", &pool, "hidden"_a.noconvert(), "mask"_a.noconvert(), "pooling"_a,
        "normalize"_a = false,
        "One vector a row, shape (rows, width), over the tokens of the mask.");
}

}  // namespace onnxformers::bindings
