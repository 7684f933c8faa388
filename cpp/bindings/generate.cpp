#include "bindings/generate.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "base/errors.h"
#include "bindings/generation_callables.h"
#include "bindings/generation_options.h"
#include "bindings/gil.h"
#include "bindings/interrupt_flag.h"
#include "bindings/interruptible.h"
#include "bindings/step_model.h"
#include "bindings/token_text.h"
#include "generation/logits/factory.h"
#include "generation/search/search.h"
#include "generation/stopping/factory.h"
#include "generation/stopping/interrupt.h"
#include "generation/stopping/stop_strings.h"

namespace onnxformers::bindings {

namespace {

using namespace pybind11::literals;
using Ids = py::array_t<std::int64_t, py::array::c_style>;
using Callables = py::typing::Iterable<py::object>;
using Named = py::typing::Dict<py::str, py::object>;
using generation::Prompts;
using generation::SearchResult;

std::span<const std::int64_t> span_of(const Ids& ids) {
  return {ids.data(), static_cast<std::size_t>(ids.size())};
}

Prompts prompts_of(const Ids& ids, const std::optional<Ids>& mask) {
  if (ids.ndim() != 2 || (mask && (mask->ndim() != 2 || mask->size() != ids.size()))) {
    fail(ErrorKind::InvalidArgument, "generate",
         "expected ids of shape (rows, tokens), and a mask of the same shape or none");
  }
  return {
      .ids = span_of(ids),
      .mask = mask ? span_of(*mask) : std::span<const std::int64_t>{},
      .rows = static_cast<std::size_t>(ids.shape(0)),
      .length = static_cast<std::size_t>(ids.shape(1)),
  };
}

Ids sequences_array(const std::vector<generation::Tokens>& rows) {
  Ids ids({rows.size(), rows.empty() ? 0 : rows.front().size()});
  std::int64_t* out = ids.mutable_data();
  for (const auto& row : rows) {
    out = std::ranges::copy(row, out).out;
  }
  return ids;
}

/// Row-major values as (rows, vocabulary).
py::array_t<float> step_array(const std::vector<float>& values, std::size_t rows) {
  py::array_t<float> array({rows, values.size() / std::max<std::size_t>(rows, 1)});
  std::ranges::copy(values, array.mutable_data());
  return array;
}

/// One array for each step; None when they were not asked for.
py::object steps_list(const SearchResult& result, std::size_t rows,
                      std::vector<float> generation::StepRecord::* values) {
  if (result.steps.empty() || (result.steps.front().*values).empty()) {
    return py::none();
  }
  py::list steps;
  for (const auto& step : result.steps) {
    steps.append(step_array(step.*values, rows));
  }
  return py::tuple(steps);
}

/// Shape (rows, width), -1 behind the end of a row.
Ids beam_array(const std::vector<std::vector<std::size_t>>& rows, std::size_t width) {
  Ids array({rows.size(), width});
  std::fill_n(array.mutable_data(), array.size(), -1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(rows[i], array.mutable_data() + (i * width));
  }
  return array;
}

Named to_python(const SearchResult& result, std::size_t rows) {
  using generation::StepRecord;
  Named answer;
  answer["sequences"] = sequences_array(result.sequences);
  answer["scores"] = steps_list(result, rows, &StepRecord::scores);
  answer["logits"] = steps_list(result, rows, &StepRecord::logits);
  if (!result.sequence_scores.empty()) {
    answer["sequences_scores"] = py::array_t<float>(
        static_cast<py::ssize_t>(result.sequence_scores.size()), result.sequence_scores.data());
  }
  if (!result.beam_indices.empty() && !result.beam_indices.front().empty()) {
    answer["beam_indices"] = beam_array(result.beam_indices, result.sequences.front().size());
  }
  return answer;
}

/// What a generation takes beside its model, options and prompts.
struct Extras {
  py::iterable processors;
  py::iterable stopping;
  std::vector<const InterruptFlag*> interrupts;
  std::vector<std::string> stop_strings;
  std::optional<TokenizerText> text;
  py::object streamer;
  py::object prefix_allowed_tokens_fn;
  std::optional<Ids> encoder_ids;
  PyStepModel* unconditional;
  PyStepModel* draft;
  std::optional<Ids> negative_ids;
  std::optional<Ids> negative_mask;
};

generation::PromptFacts facts_of(const Prompts& prompts, const Extras& extras) {
  generation::PromptFacts facts;
  facts.length = prompts.length;
  facts.encoder_ids = extras.encoder_ids ? span_of(*extras.encoder_ids) : prompts.ids;
  facts.encoder_rows =
      extras.encoder_ids ? static_cast<std::size_t>(extras.encoder_ids->shape(0)) : prompts.rows;
  facts.allowed_tokens = allowed_tokens(extras.prefix_allowed_tokens_fn);
  if (extras.unconditional != nullptr) {
    facts.unconditional = &extras.unconditional->on_this_thread();
  }
  if (extras.negative_ids) {
    facts.negative = prompts_of(*extras.negative_ids, extras.negative_mask);
  }
  return facts;
}

using MaybeModel = py::typing::Optional<PyStepModel>;
using MaybeTokenizer = py::typing::Optional<tokenizers::Tokenizer>;

PyStepModel* model_of(const MaybeModel& model) {
  return model.is_none() ? nullptr : model.cast<PyStepModel*>();
}

std::optional<TokenizerText> text_of(const std::vector<std::string>& stop_strings,
                                     const MaybeTokenizer& tokenizer) {
  if (stop_strings.empty()) {
    return std::nullopt;
  }
  if (tokenizer.is_none()) {
    fail(ErrorKind::InvalidArgument, "generate", "stop_strings need a tokenizer");
  }
  return std::optional<TokenizerText>(std::in_place,
                                      tokenizer.cast<std::shared_ptr<tokenizers::Tokenizer>>());
}

/// The criteria of the options, then the user's.
generation::StoppingCriteria criteria_of(const generation::Options& options, const Extras& extras) {
  auto criteria = generation::make_criteria(options);
  for (const InterruptFlag* flag : extras.interrupts) {
    criteria.push_back(std::make_unique<generation::Interrupt>(flag->is_set));
  }
  if (extras.text) {
    criteria.push_back(
        std::make_unique<generation::StopStrings>(extras.stop_strings, *extras.text));
  }
  append_criteria(extras.stopping, criteria);
  if (is_main_thread()) {
    criteria.push_back(std::make_unique<SignalCheck>());
  }
  return criteria;
}

/// Rows of scores in each step.
std::size_t rows_of(const generation::Options& options, const Prompts& prompts) {
  const std::size_t beams = options.count("num_beams", 1).value_or(1);
  const std::size_t copies = options.count("num_return_sequences", 1).value_or(1);
  return prompts.rows * (beams > 1 ? beams : copies);
}

Named generate(PyStepModel& model, const py::dict& values, const Ids& ids,
               const std::optional<Ids>& mask, const Extras& extras) {
  const generation::Options options = generation_options(values);
  const Prompts prompts = prompts_of(ids, mask);
  const auto processors = generation::make_processors(options, facts_of(prompts, extras),
                                                      callable_processors(extras.processors));
  const auto warpers = generation::make_warpers(options);
  const auto stopping = criteria_of(options, extras);
  std::optional<CallableStreamer> streamer;
  if (!extras.streamer.is_none()) {
    streamer.emplace(extras.streamer);
  }
  const generation::SearchParts parts{
      .model = model.on_this_thread(),
      .options = options,
      .processors = processors,
      .warpers = warpers,
      .stopping = stopping,
      .streamer = streamer ? &*streamer : nullptr,
      .draft = extras.draft != nullptr ? &extras.draft->on_this_thread() : nullptr,
  };
  SearchResult result;
  {
    const GilRelease release;
    result = generation::search(parts, prompts);
  }
  return to_python(result, rows_of(options, prompts));
}

}  // namespace

void bind_generate(py::module_& m) {
  using MaybeIds = std::optional<Ids>;
  m.def(
      "generate",
      [](PyStepModel& model, const Named& options, const Ids& ids, const MaybeIds& mask,
         const MaybeIds& encoder_ids, const Callables& processors, const Callables& stopping,
         const std::vector<const InterruptFlag*>& interrupts,
         const std::vector<std::string>& stop_strings, const MaybeTokenizer& tokenizer,
         const py::object& streamer, const py::object& prefix_allowed_tokens_fn,
         const MaybeModel& unconditional, const MaybeIds& negative_ids,
         const MaybeIds& negative_mask, const MaybeModel& draft) {
        return generate(model, options, ids, mask,
                        {.processors = processors,
                         .stopping = stopping,
                         .interrupts = interrupts,
                         .stop_strings = stop_strings,
                         .text = text_of(stop_strings, tokenizer),
                         .streamer = streamer,
                         .prefix_allowed_tokens_fn = prefix_allowed_tokens_fn,
                         .encoder_ids = encoder_ids,
                         .unconditional = model_of(unconditional),
                         .draft = model_of(draft),
                         .negative_ids = negative_ids,
                         .negative_mask = negative_mask});
      },
      "model"_a, "options"_a, "ids"_a.noconvert(), "mask"_a.noconvert() = py::none(), py::kw_only(),
      "encoder_ids"_a.noconvert() = py::none(), "processors"_a = py::tuple(),
      "stopping"_a = py::tuple(), "interrupts"_a = py::tuple(), "stop_strings"_a = py::tuple(),
      "tokenizer"_a = py::none(), "streamer"_a = py::none(),
      "prefix_allowed_tokens_fn"_a = py::none(), "unconditional"_a = py::none(),
      "negative_ids"_a.noconvert() = py::none(), "negative_mask"_a.noconvert() = py::none(),
      "draft"_a = py::none(),
      "All tokens after prompts of shape (rows, tokens): sequences, and what was recorded on the "
      "way. The GIL is held only while Python objects that were given run.");
}

}  // namespace onnxformers::bindings
