#include "runtime/graph_signature.h"

#include <algorithm>
#include <cstdint>
#include <unordered_set>
#include <utility>

#include "base/errors.h"
#include "base/utf8.h"
#include "runtime/onnx_file.h"
#include "runtime/wire.h"

namespace onnxformers::runtime {

namespace {

// Field numbers are those of onnx.proto.

std::string checked_text(const WireReader& reader, const WireField& field) {
  std::string text = reader.text(field);
  if (!utf8::is_valid(text)) {
    fail(ErrorKind::FileFormat, "ONNX file", "a name that is not UTF-8");
  }
  return text;
}

/// TensorShapeProto.Dimension: dim_value (1) or dim_param (2).
Dim read_dim(WireReader reader) {
  Dim dim{.size = -1, .name = {}};
  WireField field;
  while (reader.next(field)) {
    if (field.number == 1 && field.type == 0) {
      dim.size = std::max<std::int64_t>(-1, static_cast<std::int64_t>(field.value));
    } else if (field.number == 2 && field.type == 2) {
      dim.name = checked_text(reader, field);
    }
  }
  return dim;
}

/// TypeProto.Tensor: elem_type (1), shape (2).
void read_tensor_type(WireReader reader, NodeInfo& node) {
  WireField field;
  while (reader.next(field)) {
    if (field.number == 1 && field.type == 0) {
      // The numbers of TensorProto.DataType are those of ONNX Runtime.
      node.type = static_cast<ort::ElemType>(std::min<std::uint64_t>(field.value, INT32_MAX));
    } else if (field.number == 2 && field.type == 2) {
      node.is_rank_known = true;
      WireReader shape(reader, field);
      WireField dim;
      while (shape.next(dim)) {
        if (dim.number == 1 && dim.type == 2) {
          node.dims.push_back(read_dim({shape, dim}));
        }
      }
    }
  }
}

ort::ONNXType kind_of(std::uint32_t type_field) {
  switch (type_field) {
    case 1:
      return ort::ONNXType::Tensor;
    case 4:
      return ort::ONNXType::Sequence;
    case 5:
      return ort::ONNXType::Map;
    case 8:
      return ort::ONNXType::SparseTensor;
    case 9:
      return ort::ONNXType::Optional;
    default:
      return ort::ONNXType::Unknown;
  }
}

/// ValueInfoProto: name (1), type (2).
NodeInfo read_value(WireReader reader) {
  NodeInfo node;
  WireField field;
  while (reader.next(field)) {
    if (field.number == 1 && field.type == 2) {
      node.name = checked_text(reader, field);
    } else if (field.number == 2 && field.type == 2) {
      WireReader type(reader, field);
      WireField part;
      while (type.next(part)) {
        if (part.type == 2 && kind_of(part.number) != ort::ONNXType::Unknown) {
          node.kind = kind_of(part.number);
          if (node.kind == ort::ONNXType::Tensor) {
            read_tensor_type({type, part}, node);
          }
        }
      }
    }
  }
  return node;
}

/// TensorProto.name (8).
std::string tensor_name(WireReader reader) {
  std::string name;
  WireField field;
  while (reader.next(field)) {
    if (field.number == 8 && field.type == 2) {
      name = reader.text(field);
    }
  }
  return name;
}

/// GraphProto: initializer (5), input (11), output (12).
void read_graph(WireReader reader, GraphSignature& signature) {
  std::unordered_set<std::string> weights;
  WireField field;
  while (reader.next(field)) {
    if (field.type != 2) {
      continue;
    }
    if (field.number == 5) {
      weights.insert(tensor_name({reader, field}));
    } else if (field.number == 11) {
      signature.inputs.push_back(read_value({reader, field}));
    } else if (field.number == 12) {
      signature.outputs.push_back(read_value({reader, field}));
    }
  }
  std::erase_if(signature.inputs,
                [&weights](const NodeInfo& node) { return weights.contains(node.name); });
}

GraphSignature read(ByteSource& source, OnnxFileInfo info) {
  GraphSignature signature;
  signature.external_files = std::move(info.external_files);
  WireReader reader(source);
  WireField field;
  while (reader.next(field)) {
    if (field.number == 7 && field.type == 2) {
      read_graph({reader, field}, signature);
    }
  }
  return signature;
}

}  // namespace

GraphSignature read_signature(const std::string& path) {
  OnnxFileInfo info = inspect_onnx_file(path, false);
  return read(*file_source(path), std::move(info));
}

GraphSignature read_signature_of_bytes(std::string_view bytes) {
  OnnxFileInfo info = inspect_onnx_bytes(bytes, false);
  return read(*memory_source(bytes), std::move(info));
}

}  // namespace onnxformers::runtime
