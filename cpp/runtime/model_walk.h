#pragma once

#include <string>

#include "runtime/onnx_file.h"
#include "runtime/wire.h"

namespace onnxformers::runtime {

/// Collects what the walk finds. Field numbers are those of onnx.proto.
class ModelWalk {
 public:
  /// Walks ModelProto. Throws FileFormat when it is not whole.
  void model(WireReader reader);
  /// What was found; external_files in the order of finding, repeated.
  OnnxFileInfo info{.is_ort_format = false, .has_symbolic_inputs = false, .external_files = {}};

 private:
  // They call each other, to a limited depth: a graph in a node in a graph.
  void graph(WireReader reader, int depth);
  void node(WireReader reader, int depth);
  void attribute(WireReader reader, int depth);
  void sparse_tensor(WireReader reader);
  void tensor(WireReader reader);
  void input(WireReader reader);
  void shape(WireReader reader);
  static std::string external_location(WireReader entry);
};

}  // namespace onnxformers::runtime
