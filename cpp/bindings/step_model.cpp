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
using models::CacheSlot;

constexpr std::string_view kPlace = "generate";

using Numbers = py::array_t<std::int64_t, py::array::c_style>;
using Scores = py::array_t<float, py::array::c_style>;
using Rows = std::vector<std::size_t>;

std::vector<CacheSlot> read_slots(const std::vector<SlotFields>& fields) {
  std::vector<CacheSlot> slots;
  for (const auto& [input, output, is_encoder, shape, rows_factor, time_axis] : fields) {
    if (time_axis == 0 || time_axis >= shape.size()) {
      fail(ErrorKind::InvalidArgument, kPlace, "'" + input + "' has no axis that grows");
    }
    slots.push_back({.input = input,
                     .output = output,
                     .is_encoder = is_encoder,
                     .shape = shape,
                     .rows_factor = rows_factor,
                     .time_axis = time_axis});
  }
  return slots;
}

/// The array as an input of the first of these models that takes it.
FedTensor feed_fixed(std::initializer_list<const OpenModel*> models, const std::string& name,
                     py::handle array) {
  for (const OpenModel* model : models) {
    const auto& inputs = model->session->inputs();
    const auto found = std::ranges::find(inputs, name, &runtime::NodeInfo::name);
    if (found != inputs.end()) {
      return feed_array(*model->session, static_cast<std::size_t>(found - inputs.begin()), array);
    }
  }
  fail(ErrorKind::InvalidArgument, kPlace, "the decoder has no input '" + name + "'");
}

/// The device asked for, else that of the session; nothing for plain memory.
std::optional<runtime::Device> device_for(const runtime::Session& session,
                                          const std::optional<std::string>& asked) {
  if (asked) {
    return runtime::parse_device(*asked);
  }
  return session.device().name == "cpu" ? std::nullopt : std::optional(session.device());
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

std::span<const std::int64_t> span_of(const Numbers& numbers) {
  return {numbers.data(), static_cast<std::size_t>(numbers.size())};
}

Scores admit(PyStepModel& self, const Numbers& ids, const std::optional<Numbers>& mask) {
  if (ids.ndim() != 2) {
    fail(ErrorKind::InvalidArgument, kPlace, "expected ids of shape (rows, tokens)");
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

PyStepModel::PyStepModel(const PySession& first, const OptionalSession& later,
                         const std::vector<SlotFields>& slots, const FixedArrays& fixed,
                         std::optional<double> timeout_s, const Cancel& cancel,
                         const std::optional<std::string>& device, const OptionalSession& embedder)
    : first_(first.model()),
      later_(later.is_none() ? first_ : later.cast<const PySession&>().model()),
      embedder_(embedder.is_none() ? nullptr : embedder.cast<const PySession&>().model()) {
  const auto graph = std::make_shared<const models::DecoderGraph>(
      first_->session, later_->session, read_slots(slots),
      embedder_ == nullptr ? nullptr : embedder_->session);
  std::vector<models::FixedInput> inputs;
  for (const auto& [key, array] : fixed) {
    const auto name = key.cast<std::string>();
    FedTensor fed = feed_fixed({first_.get(), later_.get()}, name, array);
    if (fed.owned == nullptr) {
      fail(ErrorKind::InvalidType, kPlace, "'" + name + "' must be a numpy.ndarray");
    }
    inputs.push_back({.name = name, .value = std::move(fed.owned)});
    keep_alive_.push_back(std::move(fed.keep_alive));
  }
  keep_alive_.push_back(cancel);
  limits_ = {.deadline = runtime::deadline_after(timeout_s),
             .cancel = cancel.is_none() ? nullptr : cancel.cast<runtime::CancelToken*>()};
  steps_.emplace(graph, std::move(inputs), device_for(*later_->session, device));
}

models::DecoderSteps& PyStepModel::on_this_thread() {
  limits_.is_interruptible = is_main_thread();
  steps_->set_limits({.run = limits_, .on_interrupt = [](runtime::RunEnd end) {
                        const py::gil_scoped_acquire acquire;
                        return handle_interrupt(end);
                      }});
  return *steps_;
}

void bind_step_model(py::module_& m) {
  py::class_<PyStepModel>(
      m, "StepModel",
      "One generation over the sessions of a decoder: its cache and its inputs. For one thread at "
      "a time; of no use after an error.")
      .def(
          py::init<const PySession&, const PyStepModel::OptionalSession&,
                   const std::vector<SlotFields>&, const PyStepModel::FixedArrays&,
                   std::optional<double>, const PyStepModel::Cancel&,
                   const std::optional<std::string>&, const PyStepModel::OptionalSession&>(),
          "first"_a, "later"_a, "slots"_a, "fixed"_a, "timeout_s"_a = py::none(),
          "cancel"_a = py::none(), "device"_a = py::none(), "embedder"_a = py::none(),
          "Sessions of the first and of the later steps (None: the first runs all), the cache as "
          "(input, output, is_encoder, shape, rows_factor, sequence_axis) of each array, and what "
          "goes into every step, by input name. The cache stays on the session's device, or on the "
          "one given.")
      .def_property_readonly("rows", [](PyStepModel& self) { return self.on_this_thread().rows(); })
      .def("admit", &admit, "ids"_a.noconvert(), "mask"_a.noconvert() = py::none(),
           "Read prompts of shape (rows, tokens), padded at the left; scores of the next tokens, "
           "shape (rows, vocabulary).")
      .def(
          "step",
          [](PyStepModel& self, const Numbers& tokens, const Rows& parents) {
            return scores_of(self,
                             [&](auto& steps) { return steps.step(span_of(tokens), parents); });
          },
          "tokens"_a.noconvert(), "parents"_a = Rows(),
          "Append a token to each row; row i goes on from row parents[i].")
      .def(
          "extend",
          [](PyStepModel& self, const Numbers& tokens) {
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
