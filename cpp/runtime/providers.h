#pragma once

#include <string>
#include <utility>
#include <vector>

#include "onnxruntime/types.h"

namespace onnxformers::runtime {

using StringPairs = std::vector<std::pair<std::string, std::string>>;

/// An execution provider as the caller names it ("cuda", "CUDAExecutionProvider", "XNNPACK") with
/// options as ONNX Runtime takes them.
struct ProviderSpec {
  std::string name;
  StringPairs options;
};

/// Where a tensor lies: "cpu", "cuda:1", ... as provider and device number.
struct Device {
  std::string name = "cpu";
  int id = 0;
};

/// What the loaded library was built with ("CUDAExecutionProvider", ...), not what can be used on
/// this machine.
std::vector<std::string> available_providers();

/// The full name: "cuda" → "CUDAExecutionProvider".
std::string provider_name(const std::string& name);

/// Where the tensors between the nodes of a model lie: on the GPU for CUDA and TensorRT.
Device memory_device(const std::vector<ProviderSpec>& providers);

/// Appends in order of priority. The CPU is always there at the end and needs no entry.
/// Throws Provider when one is not in the build or cannot be loaded, InvalidArgument for an empty
/// list or entries behind the CPU.
void append_providers(ort::SessionOptions* options, const std::vector<ProviderSpec>& providers);

}  // namespace onnxformers::runtime
