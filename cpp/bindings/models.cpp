#include "bindings/module.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include "base/errors.h"
#include "bindings/gil.h"
#include "bindings/text_embedder.h"
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
  py::class_<TextEmbedder>(m, "TextEmbedder",
                           "One text to one vector: tokenizer, session and pooling in one call.")
      .def(py::init<std::shared_ptr<tokenizers::Tokenizer>, const PySession&, const std::string&>(),
           py::keep_alive<1, 3>(), "tokenizer"_a, "session"_a, "output"_a,
           "InvalidArgumentError: the model takes more than tokens, or gives no vectors of them.")
      .def(
          "embed",
          [](const TextEmbedder& self, const py::object& text, const std::string& pooling,
             bool normalize, std::int64_t max_length, bool cuts_left, bool split_special_tokens,
             std::optional<double> timeout_s, const TextEmbedder::Cancel& cancel) {
            return self.embed(text, pooling, normalize,
                              {max_length, cuts_left, split_special_tokens}, timeout_s, cancel);
          },
          "text"_a, "pooling"_a, "normalize"_a = false, "max_length"_a = 0, "cuts_left"_a = false,
          "split_special_tokens"_a = false, "timeout_s"_a = py::none(), "cancel"_a = py::none(),
          "Float32 of shape (1, width), and whether the text was cut; a max_length of 0 cuts "
          "nothing.");
}

}  // namespace onnxformers::bindings
