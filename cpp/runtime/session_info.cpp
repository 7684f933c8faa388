#include "runtime/session_info.h"

#include "base/errors.h"
#include "base/utf8.h"
#include "runtime/env.h"

namespace onnxformers::runtime {

namespace {

constexpr std::string_view kPlace = "Session";

/// Text of a model file, which may hold any bytes.
std::string checked_text(const char* text) {
  if (!utf8::is_valid(text)) {
    fail(ErrorKind::FileFormat, kPlace, "the model has a name or metadata that is not UTF-8");
  }
  return text;
}

void read_dims(const ort::TensorTypeAndShapeInfo* info, NodeInfo& node) {
  const ort::Api& table = api();
  std::size_t rank = 0;
  check(table.GetDimensionsCount(info, &rank), kPlace);
  // Before 1.24 an unknown rank cannot be told from a scalar.
  node.is_rank_known = rank > 0 || (has_api(ort::since::kTensorTypeAndShape_HasShape) &&
                                    table.TensorTypeAndShape_HasShape(info));
  std::vector<std::int64_t> sizes(rank);
  std::vector<const char*> names(rank);
  check(table.GetDimensions(info, sizes.data(), rank), kPlace);
  check(table.GetSymbolicDimensions(info, names.data(), rank), kPlace);
  for (std::size_t i = 0; i < rank; ++i) {
    node.dims.push_back(
        {.size = sizes[i], .name = names[i] == nullptr ? "" : checked_text(names[i])});
  }
}

template <typename Count, typename Name, typename Type>
std::vector<NodeInfo> read_nodes(const ort::Session* session, Count get_count, Name get_name,
                                 Type get_type) {
  const ort::Api& table = api();
  std::size_t count = 0;
  check(get_count(session, &count), kPlace);
  std::vector<NodeInfo> nodes(count);
  for (std::size_t i = 0; i < count; ++i) {
    char* name = nullptr;
    check(get_name(session, i, default_allocator(), &name), kPlace);
    nodes[i].name = checked_text(Allocated<char>(name).get());
    const auto type = make_handle<ort::TypeInfo>(kPlace, get_type, session, i);
    check(table.GetOnnxTypeFromTypeInfo(type.get(), &nodes[i].kind), kPlace);
    const ort::TensorTypeAndShapeInfo* info = nullptr;
    check(table.CastTypeInfoToTensorInfo(type.get(), &info), kPlace);
    if (nodes[i].kind == ort::ONNXType::Tensor && info != nullptr) {
      check(table.GetTensorElementType(info, &nodes[i].type), kPlace);
      read_dims(info, nodes[i]);
    }
  }
  return nodes;
}

class MetadataReader {
 public:
  explicit MetadataReader(const ort::Session* session)
      : metadata_(make_handle<ort::ModelMetadata>(kPlace, api().SessionGetModelMetadata, session)) {
  }

  template <typename Get>
  void field(const std::string& key, Get get) {
    char* text = nullptr;
    check(get(metadata_.get(), default_allocator(), &text), kPlace);
    add(key, text);
  }

  void version() {
    std::int64_t version = 0;
    check(api().ModelMetadataGetVersion(metadata_.get(), &version), kPlace);
    // The largest number stands for "not set".
    if (version > 0 && version < INT64_MAX) {
      pairs.emplace_back("version", std::to_string(version));
    }
  }

  void own_entries() {
    char** keys = nullptr;
    std::int64_t count = 0;
    check(api().ModelMetadataGetCustomMetadataMapKeys(metadata_.get(), default_allocator(), &keys,
                                                      &count),
          kPlace);
    const Allocated<char*> owner(keys);
    for (std::int64_t i = 0; i < count; ++i) {
      const Allocated<char> key(keys[i]);
      char* text = nullptr;
      check(api().ModelMetadataLookupCustomMetadataMap(metadata_.get(), default_allocator(),
                                                       key.get(), &text),
            kPlace);
      add(key.get(), text);
    }
  }

  StringPairs pairs;

 private:
  void add(const std::string& key, char* text) {
    const Allocated<char> owner(text);
    if (text != nullptr && *text != '\0') {
      pairs.emplace_back(checked_text(key.c_str()), checked_text(text));
    }
  }

  Handle<ort::ModelMetadata> metadata_;
};

}  // namespace

std::vector<NodeInfo> read_inputs(const ort::Session* session) {
  const ort::Api& table = api();
  return read_nodes(session, table.SessionGetInputCount, table.SessionGetInputName,
                    table.SessionGetInputTypeInfo);
}

std::vector<NodeInfo> read_outputs(const ort::Session* session) {
  const ort::Api& table = api();
  return read_nodes(session, table.SessionGetOutputCount, table.SessionGetOutputName,
                    table.SessionGetOutputTypeInfo);
}

StringPairs read_metadata(const ort::Session* session) {
  const ort::Api& table = api();
  MetadataReader reader(session);
  reader.field("producer", table.ModelMetadataGetProducerName);
  reader.field("graph", table.ModelMetadataGetGraphName);
  reader.field("domain", table.ModelMetadataGetDomain);
  reader.field("description", table.ModelMetadataGetDescription);
  reader.version();
  reader.own_entries();
  return std::move(reader.pairs);
}

}  // namespace onnxformers::runtime
