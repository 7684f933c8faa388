#pragma once

// What a model file declares, read without ONNX Runtime and without its weights.

#include <string>
#include <string_view>
#include <vector>

#include "runtime/session.h"

namespace onnxformers::runtime {

struct GraphSignature {
  /// Without those that only name a weight, as exporters wrote them before 2019.
  std::vector<NodeInfo> inputs;
  std::vector<NodeInfo> outputs;
  /// Files with weights, as the model names them: each once, sorted.
  std::vector<std::string> external_files;
};

/// Reads a few kB of a file whose weights are large. Throws as inspect_onnx_file does; FileFormat
/// also for a file of ONNX Runtime's own format.
GraphSignature read_signature(const std::string& path);

/// The same for a model in memory.
GraphSignature read_signature_of_bytes(std::string_view bytes);

}  // namespace onnxformers::runtime
