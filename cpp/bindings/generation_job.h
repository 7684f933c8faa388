#pragma once

#include "bindings/module.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/typing.h>

#include "bindings/generation_arrays.h"
#include "bindings/generation_callables.h"
#include "bindings/interrupt_flag.h"
#include "bindings/step_model.h"
#include "bindings/token_text.h"
#include "generation/logits/factory.h"
#include "generation/search/search.h"

namespace onnxformers::bindings {

/// What a generation takes beside its options and prompts; see the bindings of `generate`.
struct GenerationExtras {
  using MaybeModel = py::typing::Optional<PyStepModel>;
  using MaybeTokenizer = py::typing::Optional<tokenizers::Tokenizer>;

  py::iterable processors;
  py::iterable stopping;
  std::vector<const InterruptFlag*> interrupts;
  std::vector<std::string> stop_strings;
  MaybeTokenizer tokenizer;
  py::object streamer;
  py::object prefix_allowed_tokens_fn;
  MaybeIds encoder_ids{};
  MaybeModel unconditional{};
  MaybeModel draft{};
  MaybeIds negative_ids{};
  MaybeIds negative_mask{};
};

/// A generation as Python asks for it, with all that its search reads. To be made and destroyed
/// with the GIL held.
class GenerationJob {
 public:
  /// @param model that runs it; nullptr where a scheduler does.
  GenerationJob(generation::StepModel* model, const py::dict& options, Ids ids,
                std::optional<Ids> mask, const GenerationExtras& extras);

  [[nodiscard]] const generation::SearchParts& parts() const noexcept { return parts_; }
  [[nodiscard]] const generation::Prompts& prompts() const noexcept { return prompts_; }
  /// Rows of scores in each step.
  [[nodiscard]] std::size_t score_rows() const;

 private:
  [[nodiscard]] generation::PromptFacts facts(const GenerationExtras& extras) const;
  [[nodiscard]] generation::StoppingCriteria criteria(const GenerationExtras& extras,
                                                      bool is_main) const;

  Ids ids_;
  std::optional<Ids> mask_;
  generation::Prompts prompts_;
  generation::Options options_;
  std::optional<TokenizerText> text_;
  generation::LogitsProcessors processors_;
  generation::LogitsProcessors warpers_;
  generation::StoppingCriteria stopping_;
  std::optional<CallableStreamer> streamer_;
  generation::SearchParts parts_;
};

}  // namespace onnxformers::bindings
