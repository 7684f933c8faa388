#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "generation/sampling.h"
#include "generation/search/beam_hypotheses.h"
#include "generation/sequences.h"

namespace onnxformers::generation {

/// The row, token and score that each beam goes on with.
struct NextBeams {
  std::vector<std::size_t> parents;
  std::vector<Token> tokens;
  std::vector<float> scores;

  void resize(std::size_t rows) {
    parents.resize(rows);
    tokens.resize(rows);
    scores.resize(rows);
  }
};

/// The beams of one group of one prompt: rows `first_row` and the following ones.
/// Source: Python transformers 4.46.3, BeamSearchScorer.
class BeamGroup {
 public:
  BeamGroup(const BeamSettings& settings, std::size_t first_row)
      : settings_(settings), hypotheses_(settings), first_row_(first_row) {}

  [[nodiscard]] std::size_t first_row() const noexcept { return first_row_; }
  [[nodiscard]] bool is_done() const noexcept { return is_done_; }

  /// Sorts candidates into finished sequences and beams that go on.
  /// @param candidates best first, rows counted from the group's first.
  /// @param paths of all rows; empty when they are not recorded.
  void advance(std::span<const Candidate> candidates, const Sequences& sequences,
               std::span<const Token> eos, std::span<const std::vector<std::size_t>> paths,
               NextBeams& next);

  /// A group that has ended goes on with padding.
  void pad(Token token, NextBeams& next) const;

  /// Open beams count as finished sequences at the end.
  void close(const Sequences& sequences, std::span<const float> scores,
             std::span<const std::vector<std::size_t>> paths);

  [[nodiscard]] std::vector<Hypothesis>& hypotheses() noexcept { return hypotheses_.all(); }

 private:
  void add(std::span<const Token> tokens, float score, std::size_t length,
           std::vector<std::size_t> path);

  const BeamSettings& settings_;
  BeamHypotheses hypotheses_;
  std::size_t first_row_;
  bool is_done_ = false;
};

}  // namespace onnxformers::generation
