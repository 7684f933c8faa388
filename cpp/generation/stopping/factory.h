#pragma once

#include "generation/options.h"
#include "generation/stopping.h"

namespace onnxformers::generation {

/// The criteria that the options ask for: max_length, max_time and eos_token_id.
StoppingCriteria make_criteria(const Options& options);

}  // namespace onnxformers::generation
