#include "bindings/generate.h"

#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "bindings/generation_job.h"
#include "bindings/generation_results.h"
#include "bindings/gil.h"
#include "bindings/interrupt_flag.h"
#include "bindings/step_model.h"
#include "models/codebook_steps.h"

namespace onnxformers::bindings {

namespace {

using namespace pybind11::literals;

/// How many, the token that fills them up, tokens in all, guidance: see `models::CodebookPattern`.
using CodebookFields = std::tuple<std::size_t, std::int64_t, std::size_t, float>;

/// The model as the search sees it: rows of codebooks are music.
generation::StepModel& seen(PyStepModel& model, const std::optional<CodebookFields>& fields,
                            std::optional<models::CodebookSteps>& music) {
  models::DecoderSteps& steps = model.on_this_thread();
  if (!fields) {
    return steps;
  }
  const auto& [codebooks, filler, length, guidance] = *fields;
  return music.emplace(steps, models::CodebookPattern{
                                  .codebooks = codebooks,
                                  .filler = filler,
                                  .length = length,
                                  .guidance = guidance,
                              });
}

Named generate(PyStepModel& model, const py::dict& options, const Ids& ids,
               const std::optional<Ids>& mask, const GenerationExtras& extras,
               const std::optional<CodebookFields>& codebooks) {
  std::optional<models::CodebookSteps> music;
  const GenerationJob job(&seen(model, codebooks, music), options, ids, mask, extras);
  generation::SearchResult result;
  {
    const GilRelease release;
    result = generation::search(job.parts(), job.prompts());
  }
  return to_python(result, job.score_rows());
}

}  // namespace

void bind_generate(py::module_& m) {
  using MaybeModel = GenerationExtras::MaybeModel;
  m.def(
      "generate",
      [](PyStepModel& model, const Named& options, const Ids& ids, const MaybeIds& mask,
         const MaybeIds& encoder_ids, const Callables& processors, const Callables& stopping,
         const std::vector<const InterruptFlag*>& interrupts,
         const std::vector<std::string>& stop_strings,
         const GenerationExtras::MaybeTokenizer& tokenizer, const py::object& streamer,
         const py::object& prefix_allowed_tokens_fn, const MaybeModel& unconditional,
         const MaybeIds& negative_ids, const MaybeIds& negative_mask, const MaybeModel& draft,
         const std::optional<CodebookFields>& codebooks) {
        return generate(model, options, ids, mask,
                        {
                            .processors = processors,
                            .stopping = stopping,
                            .interrupts = interrupts,
                            .stop_strings = stop_strings,
                            .tokenizer = tokenizer,
                            .streamer = streamer,
                            .prefix_allowed_tokens_fn = prefix_allowed_tokens_fn,
                            .encoder_ids = encoder_ids,
                            .unconditional = unconditional,
                            .draft = draft,
                            .negative_ids = negative_ids,
                            .negative_mask = negative_mask,
                        },
                        codebooks);
      },
      "model"_a, "options"_a, "ids"_a.noconvert(), "mask"_a.noconvert() = py::none(), py::kw_only(),
      "encoder_ids"_a.noconvert() = py::none(), "processors"_a = py::tuple(),
      "stopping"_a = py::tuple(), "interrupts"_a = py::tuple(), "stop_strings"_a = py::tuple(),
      "tokenizer"_a = py::none(), "streamer"_a = py::none(),
      "prefix_allowed_tokens_fn"_a = py::none(), "unconditional"_a = py::none(),
      "negative_ids"_a.noconvert() = py::none(), "negative_mask"_a.noconvert() = py::none(),
      "draft"_a = py::none(), "codebooks"_a = py::none(),
      "All tokens after prompts of shape (rows, tokens): sequences, and what was recorded on the "
      "way. The GIL is held only while Python objects that were given run.");
}

}  // namespace onnxformers::bindings
