#include "generation/search/beam_hypotheses.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace onnxformers::generation {

double BeamHypotheses::penalized(float log_probability, std::size_t length) const {
  return log_probability / std::pow(static_cast<double>(length), settings_.length_penalty);
}

void BeamHypotheses::add(Hypothesis hypothesis, float log_probability, std::size_t length) {
  hypothesis.score = penalized(log_probability, length);
  if (kept_.size() >= settings_.beams && hypothesis.score <= worst_) {
    return;
  }
  kept_.push_back(std::move(hypothesis));
  if (kept_.size() > settings_.beams) {
    // Of equal ones the oldest goes.
    kept_.erase(std::ranges::min_element(kept_, {}, &Hypothesis::score));
    worst_ = std::ranges::min_element(kept_, {}, &Hypothesis::score)->score;
  } else {
    worst_ = std::min(worst_, kept_.back().score);
  }
}

bool BeamHypotheses::is_done(float best, std::size_t length) const {
  if (kept_.size() < settings_.beams) {
    return false;
  }
  if (settings_.early_stopping == EarlyStopping::Yes) {
    return true;
  }
  // A positive penalty favours long sequences: the longest possible may still win.
  const bool looks_ahead =
      settings_.early_stopping == EarlyStopping::Never && settings_.length_penalty > 0;
  const std::size_t end = looks_ahead ? settings_.max_length : length;
  return worst_ >= penalized(best, end - settings_.prompt_length);
}

}  // namespace onnxformers::generation
