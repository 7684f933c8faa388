#pragma once

#include <span>
#include <vector>

#include "generation/sampling.h"
#include "generation/search/draws.h"
#include "generation/search/search.h"

namespace onnxformers::generation {

/// Finds or draws the tokens that the beams of a group may go on with.
class BeamCandidates {
 public:
  explicit BeamCandidates(const SearchParts& parts);

  /// The best tokens after rows of logits, where nothing changes or draws the log-probabilities.
  std::span<const Candidate> find_best(const Logits& logits, std::span<const float> beams,
                                       std::size_t count);

  /// Best first; rows are counted from the group's first.
  /// @param rows scores of the group's rows; with do_sample the warpers are applied to them.
  /// @param beams scores of the beams up to here, or none where `rows` include them.
  /// @param first_row, step say what is drawn, see Draws.
  std::span<const Candidate> find(const Logits& rows, std::span<const float> beams,
                                  std::size_t count, std::size_t first_row, std::size_t step);

 private:
  /// The scores of all tokens that are not forbidden; drawn ones are forbidden in turn.
  void add_beams(const Logits& rows, std::span<const float> beams);

  const LogitsProcessors& warpers_;
  bool is_drawn_;
  Draws uniform_;
  std::vector<Candidate> found_;
  std::vector<float> left_;
  std::vector<std::size_t> places_;  ///< where those that are left stand
};

}  // namespace onnxformers::generation
