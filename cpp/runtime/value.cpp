#include "runtime/value.h"

#include <algorithm>

#include "runtime/env.h"

namespace onnxformers::runtime {

namespace {

constexpr std::string_view kPlace = "runtime";

/// The way of releases before 1.24: an owned info object.
void read_shape(const ort::Value* value, TensorView& view) {
  const ort::Api& table = api();
  const auto info =
      make_handle<ort::TensorTypeAndShapeInfo>(kPlace, table.GetTensorTypeAndShape, value);
  check(table.GetTensorElementType(info.get(), &view.type), kPlace);
  std::size_t rank = 0;
  check(table.GetDimensionsCount(info.get(), &rank), kPlace);
  view.storage.resize(rank);
  check(table.GetDimensions(info.get(), view.storage.data(), rank), kPlace);
  view.shape = view.storage;
}

}  // namespace

std::size_t element_count(std::span<const std::int64_t> shape) noexcept {
  std::size_t count = 1;
  for (const std::int64_t dim : shape) {
    count *= static_cast<std::size_t>(dim);
  }
  return count;
}

Handle<ort::Value> borrow_tensor(ort::ElemType type, void* data,
                                 std::span<const std::int64_t> shape) {
  ort::Value* value = nullptr;
  check(api().CreateTensorWithDataAsOrtValue(cpu_memory(), data,
                                             byte_size(type, element_count(shape)), shape.data(),
                                             shape.size(), type, &value),
        kPlace);
  return Handle<ort::Value>(value);
}

Handle<ort::Value> make_tensor(ort::ElemType type, std::span<const std::int64_t> shape) {
  ort::Value* value = nullptr;
  check(api().CreateTensorAsOrtValue(default_allocator(), shape.data(), shape.size(), type, &value),
        kPlace);
  return Handle<ort::Value>(value);
}

Handle<ort::Value> make_string_tensor(std::span<const std::string_view> texts,
                                      std::span<const std::int64_t> shape) {
  const ort::Api& table = api();
  Handle<ort::Value> value = make_tensor(ort::ElemType::String, shape);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    char* buffer = nullptr;
    check(table.GetResizedStringTensorElementBuffer(value.get(), i, texts[i].size(), &buffer),
          kPlace);
    std::ranges::copy(texts[i], buffer);
  }
  return value;
}

TensorView view_tensor(ort::Value* value, std::string_view name) {
  const ort::Api& table = api();
  ort::ONNXType kind = ort::ONNXType::Unknown;
  check(table.GetValueType(value, &kind), kPlace);
  if (kind != ort::ONNXType::Tensor) {
    fail(ErrorKind::Session, kPlace,
         "output '" + std::string(name) +
             "' is a sequence, map or optional value; only tensors can be returned");
  }
  TensorView view;
  if (has_api(ort::since::kGetTensorElementTypeAndShapeDataReference)) {
    const std::int64_t* dims = nullptr;
    std::size_t rank = 0;
    check(table.GetTensorElementTypeAndShapeDataReference(value, &view.type, &dims, &rank), kPlace);
    view.shape = {dims, rank};
  } else {
    read_shape(value, view);
  }
  if (view.type != ort::ElemType::String) {
    check(table.GetTensorMutableData(value, &view.data), kPlace);
  }
  return view;
}

StringContent read_strings(const ort::Value* value, std::size_t count) {
  const ort::Api& table = api();
  std::size_t length = 0;
  check(table.GetStringTensorDataLength(value, &length), kPlace);
  StringContent content{
      .bytes = std::string(length, '\0'),
      .offsets = std::vector<std::size_t>(count + 1, length),
  };
  if (count > 0) {
    check(table.GetStringTensorContent(value, content.bytes.data(), length, content.offsets.data(),
                                       count),
          kPlace);
  }
  return content;
}

bool is_on_cpu(const ort::Value* value) {
  const ort::MemoryInfo* info = nullptr;
  check(api().GetTensorMemoryInfo(value, &info), kPlace);
  auto device = ort::MemoryInfoDeviceType::Cpu;
  api().MemoryInfoGetDeviceType(info, &device);
  return device == ort::MemoryInfoDeviceType::Cpu;
}

}  // namespace onnxformers::runtime
