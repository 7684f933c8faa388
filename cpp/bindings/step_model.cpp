#include "bindings/step_model.h"

#include <algorithm>
#include <utility>

#include <pybind11/stl.h>

#include "base/errors.h"
#include "bindings/gil.h"
#include "bindings/interruptible.h"

namespace onnxformers::bindings {

namespace {

using namespace pybind11::literals;

constexpr std::string_view kGenerate = "generate";

using Rows = std::vector<std::size_t>;

/// The array as an input of the first of these models that takes it.
FedTensor feed_fixed(std::span<const std::shared_ptr<const OpenModel>> models,
                     const std::string& name, py::handle array) {
  for (const auto& model : models) {
    const auto& inputs = model->session->inputs();
    const auto found = std::ranges::find(inputs, name, &runtime::NodeInfo::name);
    if (found != inputs.end()) {
      return feed_array(*model->session, static_cast<std::size_t>(found - inputs.begin()), array);
    }
  }
  fail(ErrorKind::InvalidArgument, kGenerate, "the decoder has no input '" + name + "'");
}

Scores to_scores(const generation::Logits& logits) {
  Scores scores({logits.rows, logits.vocab_size});
  for (std::size_t i = 0; i < logits.rows; ++i) {
    std::ranges::copy(logits.row(i), scores.mutable_data(static_cast<py::ssize_t>(i)));
  }
  return scores;
}

template <typename Call>
Scores scores_of(PyStepModel& self, const Call& call) {
  models::DecoderSteps& steps = self.on_this_thread();
  generation::Logits logits;
  {
    const GilRelease release;
    logits = call(steps);
  }
  return to_scores(logits);
}

Scores admit(PyStepModel& self, const Ids& ids, const std::optional<Ids>& mask) {
  if (ids.ndim() != 2) {
    fail(ErrorKind::InvalidArgument, kGenerate, "expected ids of shape (rows, tokens)");
  }
  const generation::Prompts prompts{
      .ids = span_of(ids),
      .mask = mask ? span_of(*mask) : std::span<const std::int64_t>{},
      .rows = static_cast<std::size_t>(ids.shape(0)),
      .length = static_cast<std::size_t>(ids.shape(1)),
  };
  return scores_of(self, [&](auto& steps) { return steps.admit(prompts); });
}

Scores hidden(PyStepModel& self) {
  const auto& steps = self.on_this_thread();
  const auto vectors = steps.hidden();
  Scores copy({steps.rows(), vectors.tokens, vectors.width});
  std::copy_n(vectors.data, copy.size(), copy.mutable_data());
  return copy;
}

}  // namespace

PyStepModel::PyStepModel(const PyDecoderGraph& graph, const FixedArrays& fixed,
                         std::optional<double> timeout_s, const Cancel& cancel,
                         const std::optional<std::string>& device, std::size_t group) {
  const auto opened = graph.open();
  std::vector<models::FixedInput> inputs;
  for (const auto& [key, array] : fixed) {
    const auto name = key.cast<std::string>();
    FedTensor fed = feed_fixed(graph.models(), name, array);
    if (fed.owned == nullptr) {
      fail(ErrorKind::InvalidType, kGenerate, "'" + name + "' must be a numpy.ndarray");
    }
    inputs.push_back({.name = name, .value = std::move(fed.owned)});
    keep_alive_.push_back(std::move(fed.keep_alive));
  }
  keep_alive_.push_back(cancel);
  limits_ = {
      .deadline = runtime::deadline_after(timeout_s),
      .cancel = cancel.is_none() ? nullptr : cancel.cast<runtime::CancelToken*>(),
  };
  steps_.emplace(opened, std::move(inputs), cache_device(*opened, device), group);
}

models::DecoderSteps& PyStepModel::on_this_thread() {
  limits_.is_interruptible = is_main_thread();
  steps_->set_limits({
      .run = limits_,
      .on_interrupt =
          [](runtime::RunEnd end) {
            const py::gil_scoped_acquire acquire;
            return handle_interrupt(end);
          },
  });
  return *steps_;
}

void bind_step_model(py::module_& m) {
  py::class_<PyStepModel>(
      m, "StepModel",
      "One generation over the sessions of a decoder: its cache and its inputs. For one thread at "
      "a time; of no use after an error.")
      .def(py::init<const PyDecoderGraph&, const PyStepModel::FixedArrays&, std::optional<double>,
                    const PyStepModel::Cancel&, const std::optional<std::string>&, std::size_t>(),
           "graph"_a, "fixed"_a, "timeout_s"_a = py::none(), "cancel"_a = py::none(),
           "device"_a = py::none(), "group"_a = 1,
           "What goes into every step beside tokens and cache, by input name. The cache stays on "
           "the "
           "session's device, or on the one given; `group` rows of tokens share one row of it.")
      .def_property_readonly("rows", [](PyStepModel& self) { return self.on_this_thread().rows(); })
      .def("admit", &admit, "ids"_a.noconvert(), "mask"_a.noconvert() = py::none(),
           "Read prompts of shape (rows, tokens), padded at the left; scores of the next tokens, "
           "shape (rows, vocabulary).")
      .def(
          "step",
          [](PyStepModel& self, const Ids& tokens, const Rows& parents) {
            return scores_of(self,
                             [&](auto& steps) { return steps.step(span_of(tokens), parents); });
          },
          "tokens"_a.noconvert(), "parents"_a = Rows(),
          "Append a token to each row; row i goes on from row parents[i].")
      .def(
          "extend",
          [](PyStepModel& self, const Ids& tokens) {
            return scores_of(self, [&](auto& steps) { return steps.extend(span_of(tokens)); });
          },
          "tokens"_a.noconvert(), "Append tokens to the only row; scores after each of them.")
      .def(
          "crop", [](PyStepModel& self, std::size_t length) { self.on_this_thread().crop(length); },
          "length"_a, "Forget all but the first tokens of the only row.")
      .def("hidden", &hidden,
           "Vectors of the last layer for the tokens read last, shape (rows, tokens, width).");
}

}  // namespace onnxformers::bindings
