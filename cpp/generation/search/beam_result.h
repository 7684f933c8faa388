#pragma once

#include <span>

#include "generation/search/beam_group.h"
#include "generation/search/record.h"

namespace onnxformers::generation {

/// The best sequences of each prompt, in rows of one length.
/// @param groups closed, those of a prompt one after the other.
SearchResult beam_result(const BeamSettings& settings, std::span<BeamGroup> groups,
                         Recorder& recorder);

}  // namespace onnxformers::generation
