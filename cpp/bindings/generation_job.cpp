#include "bindings/generation_job.h"

#include <memory>
#include <utility>

#include "base/errors.h"
#include "bindings/generation_options.h"
#include "bindings/interruptible.h"
#include "generation/stopping/factory.h"
#include "generation/stopping/interrupt.h"
#include "generation/stopping/stop_strings.h"

namespace onnxformers::bindings {

namespace {

using generation::Prompts;

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

std::optional<TokenizerText> text_of(const GenerationExtras& extras) {
  if (extras.stop_strings.empty()) {
    return std::nullopt;
  }
  if (extras.tokenizer.is_none()) {
    fail(ErrorKind::InvalidArgument, "generate", "stop_strings need a tokenizer");
  }
  return std::optional<TokenizerText>(
      std::in_place, extras.tokenizer.cast<std::shared_ptr<tokenizers::Tokenizer>>());
}

generation::StepModel* model_of(const GenerationExtras::MaybeModel& model) {
  return !model || model.is_none() ? nullptr : &model.cast<PyStepModel&>().on_this_thread();
}

std::optional<CallableStreamer> streamer_of(const py::object& streamer) {
  return streamer.is_none() ? std::nullopt
                            : std::optional<CallableStreamer>(std::in_place, streamer);
}

}  // namespace

GenerationJob::GenerationJob(generation::StepModel* model, const py::dict& options, Ids ids,
                             std::optional<Ids> mask, const GenerationExtras& extras)
    : ids_(std::move(ids)),
      mask_(std::move(mask)),
      prompts_(prompts_of(ids_, mask_)),
      options_(generation_options(options)),
      text_(text_of(extras)),
      processors_(generation::make_processors(options_, facts(extras),
                                              callable_processors(extras.processors))),
      warpers_(generation::make_warpers(options_)),
      stopping_(criteria(extras, model != nullptr && is_main_thread())),
      streamer_(streamer_of(extras.streamer)),
      parts_{
          .model = model,
          .options = options_,
          .processors = processors_,
          .warpers = warpers_,
          .stopping = stopping_,
          .streamer = streamer_ ? &*streamer_ : nullptr,
          .draft = model_of(extras.draft),
      } {}

generation::PromptFacts GenerationJob::facts(const GenerationExtras& extras) const {
  generation::PromptFacts facts;
  facts.length = prompts_.length;
  facts.encoder_ids = extras.encoder_ids ? span_of(*extras.encoder_ids) : prompts_.ids;
  facts.encoder_rows =
      extras.encoder_ids ? static_cast<std::size_t>(extras.encoder_ids->shape(0)) : prompts_.rows;
  facts.allowed_tokens = allowed_tokens(extras.prefix_allowed_tokens_fn);
  facts.unconditional = model_of(extras.unconditional);
  if (extras.negative_ids) {
    facts.negative = prompts_of(*extras.negative_ids, extras.negative_mask);
  }
  return facts;
}

/// The criteria of the options, then the user's.
/// @param is_main whether it runs on Python's main thread.
generation::StoppingCriteria GenerationJob::criteria(const GenerationExtras& extras,
                                                     bool is_main) const {
  auto criteria = generation::make_criteria(options_);
  for (const InterruptFlag* flag : extras.interrupts) {
    criteria.push_back(std::make_unique<generation::Interrupt>(flag->is_set));
  }
  if (text_) {
    criteria.push_back(std::make_unique<generation::StopStrings>(extras.stop_strings, *text_));
  }
  append_criteria(extras.stopping, criteria);
  if (is_main) {
    criteria.push_back(std::make_unique<SignalCheck>());
  }
  return criteria;
}

std::size_t GenerationJob::score_rows() const {
  const std::size_t beams = options_.count("num_beams", 1).value_or(1);
  const std::size_t copies = options_.count("num_return_sequences", 1).value_or(1);
  return prompts_.rows * (beams > 1 ? beams : copies);
}

}  // namespace onnxformers::bindings
