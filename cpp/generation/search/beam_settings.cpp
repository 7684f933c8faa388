#include "generation/search/beam_settings.h"

#include <algorithm>

#include "base/errors.h"

namespace onnxformers::generation {

namespace {

EarlyStopping early_stopping_of(const Options& options) {
  if (!options.is_text("early_stopping")) {
    return options.flag("early_stopping", false) ? EarlyStopping::Yes : EarlyStopping::No;
  }
  if (options.text("early_stopping") == "never") {
    return EarlyStopping::Never;
  }
  fail(ErrorKind::InvalidArgument, "generate", R"(early_stopping must be True, False or "never")");
}

}  // namespace

BeamSettings::BeamSettings(const Options& options, std::size_t prompt_length)
    : groups(options.count("num_beam_groups", 1).value_or(1)),
      beams(options.count("num_beams", 1).value_or(1) / groups),
      returned(options.count("num_return_sequences", 1).value_or(1)),
      length_penalty(options.number("length_penalty").value_or(1.0)),
      early_stopping(early_stopping_of(options)),
      prompt_length(prompt_length),
      max_length(options.count("max_length").value_or(0)),
      diversity_penalty(static_cast<float>(options.number("diversity_penalty").value_or(0))),
      eos(options.tokens("eos_token_id")),
      pad(options.integer("pad_token_id")),
      constraints(options.token_choices("force_words_ids")) {}

std::size_t BeamSettings::candidates() const {
  return std::max<std::size_t>(2, 1 + eos.size()) * beams;
}

Token BeamSettings::pad_or_fail() const {
  if (!pad) {
    fail(ErrorKind::InvalidArgument, "generate",
         "sequences end at different lengths, and there is no pad_token_id; give one");
  }
  return *pad;
}

}  // namespace onnxformers::generation
