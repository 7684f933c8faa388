#pragma once

#include "generation/search/beam_group.h"
#include "generation/search/constraints.h"

namespace onnxformers::generation {

/// Puts beams that come nearer to what they must contain beside the best ones: each number of
/// tokens fulfilled keeps its best beams.
/// @param scores of the group's rows, those of their beams included.
/// @param next the beams of the group as they would go on without constraints.
/// Source: Python transformers 4.46.3, ConstrainedBeamSearchScorer.
void advance_constraints(const Constraints& constraints, const Sequences& sequences,
                         const Logits& scores, std::size_t first_row, NextBeams& next);

}  // namespace onnxformers::generation
