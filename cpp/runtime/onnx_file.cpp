#include "runtime/onnx_file.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/errors.h"
#include "runtime/wire.h"

namespace onnxformers::runtime {

namespace {

constexpr std::string_view kPlace = "ONNX file";
/// Protobuf's limit for one message.
constexpr std::uint64_t kLargest = 0x7fffffff;
constexpr int kDeepestGraph = 64;

/// What people hand over in place of a model, by the first bytes.
struct Lookalike {
  std::string_view start;
  std::string_view what;
};
// NOLINTBEGIN(modernize-use-designated-initializers,readability-trailing-comma): a table
constexpr std::array<Lookalike, 6> kLookalikes = {{
    {"version https://git-lfs",
     "a Git LFS pointer, not the model: run 'git lfs pull' in its folder"},
    {"<", "an HTML or XML page: the download went to a web page"},
    {"{", "JSON"},
    {"PK\x03\x04", "a zip archive (a PyTorch checkpoint?)"},
    {"\x89HDF", "an HDF5 file (a Keras checkpoint?)"},
    {"GGUF", "a GGUF file"},
}};
// NOLINTEND(modernize-use-designated-initializers,readability-trailing-comma)

[[noreturn]] void refuse(std::string_view what) { fail(ErrorKind::FileFormat, kPlace, what); }

/// Collects what the walk finds. Field numbers are those of onnx.proto.
class ModelWalk {
 public:
  void model(WireReader reader);
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

// NOLINTNEXTLINE(misc-no-recursion)
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

// NOLINTNEXTLINE(misc-no-recursion)
void ModelWalk::node(WireReader reader, int depth) {
  WireField field;
  while (reader.next(field)) {
    if (field.number == 5 && field.type == 2) {
      attribute({reader, field}, depth);
    }
  }
}

// NOLINTNEXTLINE(misc-no-recursion)
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

OnnxFileInfo inspect(ByteSource& source, bool accept_ort_format) {
  if (source.size() == 0) {
    refuse("empty");
  }
  const std::size_t head_size = std::min<std::uint64_t>(source.size(), 32);
  const std::string_view head(reinterpret_cast<const char*>(source.at(0, head_size)), head_size);
  if (head.size() >= 8 && head.substr(4, 4) == "ORTM") {
    if (!accept_ort_format) {
      refuse(
          "in ONNX Runtime's own format; to take it, set "
          "config_entries={'session.load_model_format': 'ORT'}");
    }
    return {.is_ort_format = true, .has_symbolic_inputs = true, .external_files = {}};
  }
  if (std::ranges::all_of(head, [](char byte) { return byte == '\0'; })) {
    refuse("filled with zeros (an interrupted download?)");
  }
  for (const Lookalike& lookalike : kLookalikes) {
    if (head.starts_with(lookalike.start)) {
      refuse(lookalike.what);
    }
  }
  if (source.size() > kLargest) {
    refuse("2 GB or more, which protobuf cannot hold: export the model with external data");
  }
  ModelWalk walk;
  walk.model(WireReader(source));
  auto& files = walk.info.external_files;
  std::ranges::sort(files);
  const auto repeated = std::ranges::unique(files);
  files.erase(repeated.begin(), repeated.end());
  return std::move(walk.info);
}

}  // namespace

OnnxFileInfo inspect_onnx_file(const std::string& path, bool accept_ort_format) {
  try {
    return inspect(*file_source(path), accept_ort_format);
  } catch (const Error& error) {
    // The walk knows positions, not names.
    const std::string_view reason = std::string_view(error.what()).substr(kPlace.size() + 3);
    fail(error.kind(), kPlace, "'" + path + "': " + std::string(reason));
  }
}

OnnxFileInfo inspect_onnx_bytes(std::string_view bytes, bool accept_ort_format) {
  return inspect(*memory_source(bytes), accept_ort_format);
}

}  // namespace onnxformers::runtime
