#include "models/codebook_steps.h"

#include <string>

#include "base/errors.h"

namespace onnxformers::models {

namespace {

using generation::Logits;
using generation::Prompts;
using generation::Token;

constexpr std::string_view kPlace = "generate";

}  // namespace

CodebookSteps::CodebookSteps(generation::StepModel& model, const CodebookPattern& pattern)
    : model_(&model), pattern_(pattern) {
  if (pattern_.codebooks == 0 || pattern_.length <= pattern_.codebooks) {
    fail(ErrorKind::InvalidArgument, kPlace,
         std::to_string(pattern_.codebooks) + " codebooks need more than as many tokens, got " +
             std::to_string(pattern_.length) + "; raise max_new_tokens");
  }
}

/// Whether the codebook of a row has no token of its own at this position.
bool CodebookSteps::is_filled(std::size_t row) const {
  const std::size_t codebook = row % pattern_.codebooks;
  return position_ <= codebook || position_ + pattern_.codebooks > codebook + pattern_.length;
}

Logits CodebookSteps::admit(const Prompts& prompts) {
  if (prompts.rows == 0 || prompts.rows % pattern_.codebooks != 0 || prompts.length != 1) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "music begins with one token for each of its " + std::to_string(pattern_.codebooks) +
             " codebooks, got " + std::to_string(prompts.rows) + " rows of " +
             std::to_string(prompts.length));
  }
  tokens_.assign(prompts.ids.begin(), prompts.ids.end());
  if (copies() == 2) {
    tokens_.insert(tokens_.end(), prompts.ids.begin(), prompts.ids.end());
  }
  position_ = prompts.length;
  return guided(
      model_->admit({.ids = tokens_, .rows = prompts.rows * copies(), .length = prompts.length}));
}

Logits CodebookSteps::step(std::span<const Token> tokens, std::span<const std::size_t> parents) {
  for (std::size_t i = 0; i < parents.size(); ++i) {
    if (parents[i] != i || parents.size() != rows()) {
      fail(ErrorKind::InvalidArgument, kPlace,
           "codebooks belong together: beams are not for music; set num_beams=1");
    }
  }
  tokens_.clear();
  for (std::size_t copy = 0; copy < copies(); ++copy) {
    for (std::size_t row = 0; row < tokens.size(); ++row) {
      tokens_.push_back(is_filled(row) ? pattern_.filler : tokens[row]);
    }
  }
  ++position_;
  return guided(model_->step(tokens_, {}));
}

Logits CodebookSteps::guided(const Logits& logits) const {
  if (copies() == 1) {
    return logits;
  }
  Logits led = logits;
  led.rows = logits.rows / 2;
  for (std::size_t i = 0; i < led.rows; ++i) {
    const auto with = led.row(i);
    const auto without = logits.row(led.rows + i);
    for (std::size_t j = 0; j < with.size(); ++j) {
      with[j] = without[j] + ((with[j] - without[j]) * pattern_.guidance);
    }
  }
  return led;
}

Logits CodebookSteps::extend(std::span<const Token> /*tokens*/) {
  fail(ErrorKind::InvalidArgument, kPlace, "drafts are not for music");
}

void CodebookSteps::crop(std::size_t /*length*/) {
  fail(ErrorKind::InvalidArgument, kPlace, "drafts are not for music");
}

}  // namespace onnxformers::models
