#pragma once

// Our own look at a model file before ONNX Runtime sees it: is it whole, and which other files does
// it name.

#include <string>
#include <string_view>
#include <vector>

namespace onnxformers::runtime {

struct OnnxFileInfo {
  bool is_ort_format = false;
  /// Whether a graph input has a dimension without a fixed size (true when unknown).
  bool has_symbolic_inputs = true;
  /// Files with weights, as the model names them: each once, sorted.
  std::vector<std::string> external_files;
};

/// Walks the top of ModelProto and its graphs; tensor contents are skipped. Reads a few kB of a
/// file whose weights are large. accept_ort_format: take files of ONNX Runtime's own format too
/// (nothing in them is looked at). Throws FileFormat (empty, zero-filled, truncated, not protobuf,
/// not a model, 2 GB or more) or MissingFile, naming the path.
OnnxFileInfo inspect_onnx_file(const std::string& path, bool accept_ort_format);

/// The same for a model in memory.
OnnxFileInfo inspect_onnx_bytes(std::string_view bytes, bool accept_ort_format);

/// Checks the external files of a model against the folder it lies in.
/// in_memory: names whose bytes the caller gives; they need no file.
/// model_path: empty for a model in memory, which has no folder.
/// Throws FileFormat when a name leaves the folder (absolute, "..", a symbolic or hard link to
/// something elsewhere; the blobs of a Hub cache that the folder belongs to are fine) and
/// MissingFile when the file is not there.
void check_external_files(const std::string& model_path,
                          const std::vector<std::string>& external_files,
                          const std::vector<std::string>& in_memory);

}  // namespace onnxformers::runtime
