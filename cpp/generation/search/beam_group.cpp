#include "generation/search/beam_group.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"

namespace onnxformers::generation {

namespace {

/// The path of a row, where paths are recorded.
std::vector<std::size_t> path_of(std::span<const std::vector<std::size_t>> paths, std::size_t row) {
  return paths.empty() ? std::vector<std::size_t>() : paths[row];
}

}  // namespace

void BeamGroup::add(std::span<const Token> tokens, float score, std::size_t length,
                    std::vector<std::size_t> path) {
  hypotheses_.add({.tokens = Tokens(tokens.begin(), tokens.end()), .path = std::move(path)}, score,
                  length);
}

void BeamGroup::advance(std::span<const Candidate> candidates, const Sequences& sequences,
                        std::span<const Token> eos, std::span<const std::vector<std::size_t>> paths,
                        NextBeams& next) {
  const std::size_t length = sequences.length() + 1;
  std::size_t open = 0;
  for (std::size_t rank = 0; rank < candidates.size() && open < settings_.beams; ++rank) {
    const Candidate& candidate = candidates[rank];
    const std::size_t row = first_row_ + candidate.row;
    if (std::ranges::find(eos, candidate.token) == eos.end()) {
      const std::size_t beam = first_row_ + open++;
      next.parents[beam] = row;
      next.tokens[beam] = candidate.token;
      next.scores[beam] = candidate.score;
    } else if (rank < settings_.beams && settings_.constraints.are_met(sequences.row(row))) {
      // An end that is not among the best ones would crowd out a better open beam.
      std::vector<std::size_t> path = path_of(paths, row);
      if (!paths.empty()) {
        path.push_back(row);
      }
      add(sequences.row(row), candidate.score, length - settings_.prompt_length, std::move(path));
    }
  }
  if (open < settings_.beams) {
    fail(ErrorKind::InvalidArgument, "generate",
         "fewer than num_beams tokens are left to go on with: too many are ruled out or end the "
         "sequence");
  }
  is_done_ = hypotheses_.is_done(candidates.front().score, length);
}

void BeamGroup::pad(Token token, NextBeams& next) const {
  for (std::size_t i = first_row_; i < first_row_ + settings_.beams; ++i) {
    next.parents[i] = i;
    next.tokens[i] = token;
    next.scores[i] = 0;
  }
}

void BeamGroup::close(const Sequences& sequences, std::span<const float> scores,
                      std::span<const std::vector<std::size_t>> paths) {
  if (is_done_) {
    return;
  }
  const std::size_t length = sequences.length() - settings_.prompt_length;
  const auto add_those = [&](bool wanted) {
    std::size_t added = 0;
    for (std::size_t i = first_row_; i < first_row_ + settings_.beams; ++i) {
      if (settings_.constraints.are_met(sequences.row(i)) == wanted) {
        add(sequences.row(i), scores[i], length, path_of(paths, i));
        ++added;
      }
    }
    return added;
  };
  if (add_those(true) < settings_.returned) {
    // Better a sequence that lacks a word than none.
    add_those(false);
  }
}

}  // namespace onnxformers::generation
