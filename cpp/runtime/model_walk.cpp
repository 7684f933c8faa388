#include "runtime/model_walk.h"

#include <string_view>
#include <utility>

#include "base/errors.h"

namespace onnxformers::runtime {

namespace {

constexpr int kDeepestGraph = 64;

[[noreturn]] void refuse(std::string_view what) { fail(ErrorKind::FileFormat, "ONNX file", what); }

}  // namespace

void ModelWalk::model(WireReader reader) {
  bool has_graph = false;
  bool has_opset = false;
  WireField field;
  while (reader.next(field)) {
    const bool is_message = field.type == 2;
    if (field.number == 7 && is_message) {
      has_graph = true;
      graph({reader, field}, 0);
    } else if (field.number == 25 && is_message) {  // FunctionProto: nodes are field 7
      WireReader function(reader, field);
      WireField part;
      while (function.next(part)) {
        if (part.number == 7 && part.type == 2) {
          node({function, part}, 0);
        }
      }
    }
    has_opset |= field.number == 8 && is_message;
  }
  if (!has_graph) {
    refuse("protobuf, but not a model: it has no graph");
  }
  if (!has_opset) {
    refuse("truncated or not a model: it names no operator set");
  }
}

void ModelWalk::graph(WireReader reader, int depth) {
  if (depth > kDeepestGraph) {
    refuse("graphs are nested deeper than " + std::to_string(kDeepestGraph));
  }
  WireField field;
  while (reader.next(field)) {
    if (field.type != 2) {
      continue;
    }
    if (field.number == 1) {
      node({reader, field}, depth);
    } else if (field.number == 5) {
      tensor({reader, field});
    } else if (field.number == 11 && depth == 0) {
      input({reader, field});
    } else if (field.number == 15) {
      sparse_tensor({reader, field});
    }
  }
}

void ModelWalk::node(WireReader reader, int depth) {
  WireField field;
  while (reader.next(field)) {
    if (field.number == 5 && field.type == 2) {
      attribute({reader, field}, depth);
    }
  }
}

void ModelWalk::attribute(WireReader reader, int depth) {
  WireField field;
  while (reader.next(field)) {
    if (field.type != 2) {
      continue;
    }
    if (field.number == 5 || field.number == 10) {
      tensor({reader, field});
    } else if (field.number == 6 || field.number == 11) {
      graph({reader, field}, depth + 1);
    } else if (field.number == 22 || field.number == 23) {
      sparse_tensor({reader, field});
    }
  }
}

void ModelWalk::sparse_tensor(WireReader reader) {
  WireField field;
  while (reader.next(field)) {
    if ((field.number == 1 || field.number == 2) && field.type == 2) {
      tensor({reader, field});
    }
  }
}

void ModelWalk::tensor(WireReader reader) {
  // The list counts even when data_location does not say "external": readers differ in what they
  // believe.
  WireField field;
  while (reader.next(field)) {
    if (field.number == 13 && field.type == 2) {
      if (std::string location = external_location({reader, field}); !location.empty()) {
        info.external_files.push_back(std::move(location));
      }
    }
  }
}

/// StringStringEntryProto with key "location"; other keys give "".
std::string ModelWalk::external_location(WireReader entry) {
  std::string key;
  std::string value;
  WireField field;
  while (entry.next(field)) {
    if (field.type == 2 && field.number == 1) {
      key = entry.text(field);
    } else if (field.type == 2 && field.number == 2) {
      value = entry.text(field);
    }
  }
  if (key == "location" && value.empty()) {
    refuse("external data without a file name");
  }
  return key == "location" ? value : std::string();
}

/// ValueInfoProto.type (2) → TypeProto.tensor_type (1) → Tensor.shape (2).
void ModelWalk::input(WireReader reader) {
  WireField field;
  bool has_shape = false;
  while (reader.next(field)) {
    if (field.number != 2 || field.type != 2) {
      continue;
    }
    WireReader type(reader, field);
    while (type.next(field)) {
      if (field.number != 1 || field.type != 2) {
        continue;
      }
      WireReader tensor_type(type, field);
      while (tensor_type.next(field)) {
        if (field.number == 2 && field.type == 2) {
          has_shape = true;
          shape({tensor_type, field});
        }
      }
    }
  }
  info.has_symbolic_inputs |= !has_shape;
}

/// TensorShapeProto.dim (1) → dim_value (1).
void ModelWalk::shape(WireReader reader) {
  WireField field;
  while (reader.next(field)) {
    if (field.number != 1 || field.type != 2) {
      continue;
    }
    WireReader dim(reader, field);
    bool has_value = false;
    WireField part;
    while (dim.next(part)) {
      has_value |= part.number == 1 && part.type == 0;
    }
    info.has_symbolic_inputs |= !has_value;
  }
}

}  // namespace onnxformers::runtime
