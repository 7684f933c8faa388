#pragma once

// Large weights stay in the model file: ONNX Runtime maps external data into memory, so it gets the
// model with its own file as the external one.

#include <optional>
#include <string>

namespace onnxformers::runtime {

/// A model whose large weights are named by their place in a file.
struct MappedModel {
  std::string bytes;   ///< ModelProto without those weights
  std::string folder;  ///< where the file lies that it names
};

/// Opening takes neither the time nor the memory of copies, and processes share the weights. The
/// file must stay as it is while the session lives. nullopt when there is little to gain (few
/// weights, or much beside them). Throws like inspect_onnx_file.
/// @param path of a model without external data.
std::optional<MappedModel> map_weights(const std::string& path);

}  // namespace onnxformers::runtime
