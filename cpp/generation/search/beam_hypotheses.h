#pragma once

#include <cstddef>
#include <vector>

#include "generation/search/beam_settings.h"

namespace onnxformers::generation {

struct Hypothesis {
  double score = 0;
  Tokens tokens;
  std::vector<std::size_t> path;  ///< the row of each generated token
};

/// The best finished sequences of one prompt (and group).
/// Source: Python transformers 4.46.3, BeamHypotheses.
class BeamHypotheses {
 public:
  explicit BeamHypotheses(const BeamSettings& settings) : settings_(settings) {}

  /// Keeps the sequence if it is among the best.
  /// @param length tokens generated, for the length penalty.
  void add(Hypothesis hypothesis, float log_probability, std::size_t length);

  /// Whether the search for this prompt is over.
  /// @param best the highest log-probability of an open one.
  /// @param length of the sequences, prompt and the new token included.
  [[nodiscard]] bool is_done(float best, std::size_t length) const;

  [[nodiscard]] std::vector<Hypothesis>& all() noexcept { return kept_; }

 private:
  [[nodiscard]] double penalized(float log_probability, std::size_t length) const;

  const BeamSettings& settings_;
  std::vector<Hypothesis> kept_;
  double worst_ = 1e9;
};

}  // namespace onnxformers::generation
