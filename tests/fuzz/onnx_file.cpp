// Any bytes in place of a model: the check ends in a verdict, from memory.
#include "runtime/onnx_file.h"

#include <cstdint>
#include <string_view>

#include "base/errors.h"
#include "runtime/graph_signature.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace onnxformers;  // NOLINT(google-build-using-namespace)
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  try {
    const auto info = runtime::inspect_onnx_bytes(bytes, true);
    runtime::check_external_files("", info.external_files, info.external_files);
    runtime::read_signature_of_bytes(bytes);
  } catch (const Error&) {
    return 0;
  }
  return 0;
}
