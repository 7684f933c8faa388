#include "bindings/generation_logits.h"

#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "base/errors.h"
#include "bindings/generation_arrays.h"
#include "bindings/generation_options.h"
#include "bindings/gil.h"
#include "generation/logits/factory.h"
#include "generation/logits/sampler.h"
#include "generation/random.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;

namespace {

/// Name, parameters and for each its default as Python writes it, "" for none.
using Info = std::tuple<std::string, std::vector<std::pair<std::string, std::string>>>;

/// Below this many scores a processor takes less than releasing the GIL is worth.
constexpr py::ssize_t kFewScores = 1 << 15;

void check_shapes(const Ids& ids, const Scores& scores, std::size_t rows_per_sequence) {
  if (ids.ndim() != 2 || scores.ndim() != 2 ||
      scores.shape(0) != ids.shape(0) * static_cast<py::ssize_t>(rows_per_sequence)) {
    fail(ErrorKind::InvalidArgument, "LogitsProcessor",
         "expected input_ids of shape (rows, length) and scores of shape (" +
             std::string(rows_per_sequence == 1 ? "rows" : "2 * rows") + ", vocab_size)");
  }
}

/// Scores of a copy, changed; of the first rows where there are several for a sequence.
Scores process(generation::LogitsProcessor& processor, const Ids& ids, const Scores& scores) {
  check_shapes(ids, scores, processor.rows_per_sequence());
  Scores out({scores.shape(0), scores.shape(1)});
  std::copy_n(scores.data(), scores.size(), out.mutable_data());
  const auto rows = static_cast<std::size_t>(ids.shape(0));
  const auto length = static_cast<std::size_t>(ids.shape(1));
  const auto vocab_size = static_cast<std::size_t>(scores.shape(1));
  const generation::Logits logits{
      .data = out.mutable_data(),
      .rows = static_cast<std::size_t>(scores.shape(0)),
      .vocab_size = vocab_size,
      .stride = vocab_size,
  };
  const std::span<const generation::Token> tokens(ids.data(), rows * length);
  const auto work = [&] {
    const generation::Sequences sequences(
        {.ids = tokens, .mask = {}, .rows = rows, .length = length}, length);
    processor.process_rows(sequences, logits);
  };
  if (scores.size() < kFewScores) {
    work();
  } else {
    const GilRelease release;
    work();
  }
  return processor.rows_per_sequence() == 1 ? out
                                            : out[py::slice(0, ids.shape(0), 1)].cast<Scores>();
}

/// What sampling with these options writes next, on scores that stay as they are.
Ids draw_tokens(const Ids& ids, const Scores& scores,
                const py::typing::Dict<py::str, py::object>& options, std::uint64_t seed) {
  check_shapes(ids, scores, 1);
  const auto rows = static_cast<std::size_t>(ids.shape(0));
  const auto length = static_cast<std::size_t>(ids.shape(1));
  const auto vocab_size = static_cast<std::size_t>(scores.shape(1));
  const generation::Options all = generation_options(options);
  std::vector<float> copy(scores.data(), scores.data() + scores.size());
  const generation::Logits logits{
      .data = copy.data(), .rows = rows, .vocab_size = vocab_size, .stride = vocab_size};
  const std::span<const generation::Token> tokens(ids.data(), rows * length);
  Ids drawn(ids.shape(0));
  std::int64_t* const out = drawn.mutable_data();
  const GilRelease release;
  generation::PromptFacts prompt;
  prompt.length = length;
  const auto processors = generation::make_processors(all, prompt);
  const auto warpers = generation::make_warpers(all);
  generation::process_all(
      processors, {{.ids = tokens, .mask = {}, .rows = rows, .length = length}, length}, logits);
  generation::Sampler sampler(warpers);
  for (std::size_t i = 0; i < rows; ++i) {
    out[i] = sampler.sample(logits.row(i),
                            generation::random_number(seed, i, static_cast<std::uint32_t>(length)));
  }
  return drawn;
}

std::vector<Info> processor_infos() {
  std::vector<Info> infos;
  for (const auto& info : generation::processor_infos()) {
    std::vector<std::pair<std::string, std::string>> parameters;
    for (const auto& parameter : info.parameters) {
      parameters.emplace_back(parameter.name, parameter.otherwise);
    }
    infos.emplace_back(info.name, std::move(parameters));
  }
  return infos;
}

}  // namespace

void bind_logits(py::module_& m) {
  py::class_<generation::LogitsProcessor>(m, "LogitsProcessor",
                                          "A logits processor of the core, by its class name.")
      .def(py::init([](const std::string& name,
                       const py::typing::Dict<py::str, py::object>& parameters) {
             return generation::make_processor(name, generation_options(parameters));
           }),
           "name"_a, "parameters"_a, "InvalidArgumentError: no such class, or a value it refuses.")
      .def("__call__", &process, "input_ids"_a, "scores"_a,
           "The scores of a step, shape (rows, vocab_size), processed; the argument stays.");
  m.def("draw_tokens", &draw_tokens, "input_ids"_a, "scores"_a, "options"_a, "seed"_a = 0,
        "One token for each row, shape (rows,), as sampling with these options of GenerationConfig "
        "draws it.");
  m.def("processor_infos", &processor_infos,
        "Class names in the order of application, each with pairs of a parameter's name and its "
        "default as Python writes it (empty: none).");
}

}  // namespace onnxformers::bindings
