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

  /// Best first; rows are counted from the group's first.
  /// @param rows scores of the group's rows; with do_sample the warpers are applied to them.
  /// @param beams scores of the beams up to here, or none where `rows` include them.
  /// @param first_row, step say what is drawn, see Draws.
  std::span<const Candidate> find(const Logits& rows, std::span<const float> beams,
                                  std::size_t count, std::size_t first_row, std::size_t step);

 private:
  /// The scores of all tokens of all rows, one after the other.
  void add_beams(const Logits& rows, std::span<const float> beams);
  /// One after the other from those that are left.
  void draw_candidates(std::size_t count, std::size_t first_row, std::size_t step);

  const LogitsProcessors& warpers_;
  bool is_drawn_;
  Draws uniform_;
  std::vector<Candidate> found_;
  std::vector<float> left_;
  std::size_t width_ = 0;  ///< tokens of a row
};

}  // namespace onnxformers::generation
