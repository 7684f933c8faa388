#pragma once

#include <vector>

#include "runtime/session.h"

namespace onnxformers::runtime {

std::vector<NodeInfo> read_inputs(const ort::Session* session);
std::vector<NodeInfo> read_outputs(const ort::Session* session);

/// producer, graph, domain, description, version (as far as they are set), and the model's own
/// entries.
StringPairs read_metadata(const ort::Session* session);

}  // namespace onnxformers::runtime
