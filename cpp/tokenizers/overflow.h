#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "tokenizers/post_processors/post_processor.h"

namespace onnxformers::tokenizers {

/// One part of each text of a sample, by text; 0 for a second text that is not there.
using PartChoice = std::array<std::size_t, 2>;

/// The rows of a sample whose texts overflow: first that of the first parts, then one for every
/// other choice of parts, in the order of the reference, which joins text after text.
/// @param counts how many parts each text has.
///
/// Source: `merge_with` of Hugging Face tokenizers, `Encoding`.
[[nodiscard]] std::vector<PartChoice> part_choices(const PostPlan& plan,
                                                   const std::array<std::size_t, 2>& counts);

}  // namespace onnxformers::tokenizers
