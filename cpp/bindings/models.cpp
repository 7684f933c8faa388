#include "bindings/module.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "base/errors.h"
#include "bindings/gil.h"
#include "bindings/text_embedder.h"
#include "models/answer_spans.h"
#include "models/pooling.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;

namespace {

using Floats = py::array_t<float, py::array::c_style>;
using Mask = py::array_t<std::int64_t, py::array::c_style>;

/// Below this many values pooling takes less than releasing the GIL is worth.
constexpr py::ssize_t kFewNumbers = 1 << 16;

models::TokenVectors token_vectors(const Floats& hidden, const Mask& mask) {
  if (hidden.ndim() != 3 || mask.ndim() != 2 || hidden.shape(0) != mask.shape(0) ||
      hidden.shape(1) != mask.shape(1)) {
    fail(ErrorKind::InvalidArgument, "pool",
         "expected vectors of shape (rows, tokens, width) and a mask of shape (rows, tokens)");
  }
  return {
      .values = hidden.data(),
      .mask = mask.data(),
      .rows = static_cast<std::size_t>(hidden.shape(0)),
      .length = static_cast<std::size_t>(hidden.shape(1)),
      .width = static_cast<std::size_t>(hidden.shape(2)),
  };
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
  if (hidden.size() < kFewNumbers) {
    work();
  } else {
    const GilRelease release;
    work();
  }
  return out;
}

using Flags = py::array_t<bool, py::array::c_style>;
using Places = py::array_t<std::int64_t, py::array::c_style>;
using SpanTuple = py::typing::Tuple<double, std::size_t, std::size_t>;
using AnswersTuple = py::typing::Tuple<py::typing::List<SpanTuple>, double>;

bool has_shape(const py::array& array, py::ssize_t rows, py::ssize_t length) {
  return array.ndim() == 2 && array.shape(0) == rows && array.shape(1) == length;
}

AnswersTuple to_tuple(const models::Answers& answers) {
  py::typing::List<SpanTuple> spans;
  for (const models::AnswerSpan& span : answers.spans) {
    spans.append(py::make_tuple(static_cast<double>(span.score), span.first, span.last));
  }
  return py::make_tuple(std::move(spans), static_cast<double>(answers.null_score));
}

py::typing::List<AnswersTuple> best_answers(const Floats& start, const Floats& end,
                                            const Flags& context, const Flags& counted,
                                            const Places& begins, std::int64_t top_k,
                                            std::int64_t max_tokens) {
  const py::ssize_t rows = begins.size();
  const py::ssize_t length = start.ndim() == 2 ? start.shape(1) : -1;
  const bool fits = has_shape(start, rows, length) && has_shape(end, rows, length) &&
                    has_shape(context, rows, length) && has_shape(counted, rows, length) &&
                    begins.ndim() == 1 && top_k > 0 && max_tokens > 0 &&
                    std::all_of(begins.data(), begins.data() + rows,
                                [&](std::int64_t begin) { return begin >= 0 && begin < length; });
  if (!fits) {
    fail(ErrorKind::InvalidArgument, "best_answers",
         "expected four arrays of shape (rows, tokens), a place in each row, and limits above 0");
  }
  const models::AnswerLimits limits{
      .top_k = static_cast<std::size_t>(top_k),
      .max_tokens = static_cast<std::size_t>(max_tokens),
  };
  std::vector<models::Answers> found(static_cast<std::size_t>(rows));
  {
    const GilRelease release;
    for (py::ssize_t row = 0; row < rows; ++row) {
      const py::ssize_t at = row * length;
      found[static_cast<std::size_t>(row)] = models::best_answers(
          {
              .start = start.data() + at,
              .end = end.data() + at,
              .context = context.data() + at,
              .counted = counted.data() + at,
              .length = static_cast<std::size_t>(length),
              .row_begin = static_cast<std::size_t>(begins.data()[row]),
          },
          limits);
    }
  }
  py::typing::List<AnswersTuple> answers;
  for (const models::Answers& row : found) {
    answers.append(to_tuple(row));
  }
  return answers;
}

}  // namespace

void bind_models(py::module_& m) {
  m.def("best_answers", &best_answers, "start"_a.noconvert(), "end"_a.noconvert(),
        "context"_a.noconvert(), "counted"_a.noconvert(), "begins"_a.noconvert(), "top_k"_a,
        "max_tokens"_a,
        "For each row its spans (score, first token, last token), best first, and the score of no "
        "answer; logits and flags of shape (rows, tokens), begins the first token of each row.");
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
                              {.max_length = max_length,
                               .cuts_left = cuts_left,
                               .split_special_tokens = split_special_tokens},
                              timeout_s, cancel);
          },
          "text"_a, "pooling"_a, "normalize"_a = false, "max_length"_a = 0, "cuts_left"_a = false,
          "split_special_tokens"_a = false, "timeout_s"_a = py::none(), "cancel"_a = py::none(),
          "Float32 of shape (1, width), and whether the text was cut; a max_length of 0 cuts "
          "nothing.");
}

}  // namespace onnxformers::bindings
