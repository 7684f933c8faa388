#pragma once

// Tensors as ONNX Runtime's values: borrowing a caller's memory, viewing a result's memory,
// strings.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/element_type.h"
#include "runtime/handles.h"

namespace onnxformers::runtime {

/// Type and shape of a tensor, and where its elements lie (nullptr for strings; a device address
/// for device tensors).
struct TensorView {
  ort::ElemType type = ort::ElemType::Undefined;
  void* data = nullptr;
  std::span<const std::int64_t> shape;  ///< valid while the value lives and the view is not copied

  std::vector<std::int64_t> storage;  ///< of the shape, where the library does not lend its own
};

/// A value over the caller's memory, which must stay until the value is released.
Handle<ort::Value> borrow_tensor(ort::ElemType type, void* data,
                                 std::span<const std::int64_t> shape);

/// A value with memory of its own, whose content is not set yet.
Handle<ort::Value> make_tensor(ort::ElemType type, std::span<const std::int64_t> shape);

/// A value that owns copies of the texts (UTF-8, embedded NUL allowed), row-major.
Handle<ort::Value> make_string_tensor(std::span<const std::string_view> texts,
                                      std::span<const std::int64_t> shape);

/// Looks at a result. Throws Session when it is no tensor (sequence, map, optional), naming `name`.
TensorView view_tensor(ort::Value* value, std::string_view name);

/// The texts of a string tensor, row-major.
struct StringContent {
  std::string bytes;
  std::vector<std::size_t> offsets;  ///< start of each text, and the end of the last one
};
StringContent read_strings(const ort::Value* value, std::size_t count);

/// Whether the value's memory can be read by the CPU.
bool is_on_cpu(const ort::Value* value);

/// Product of the dimensions.
std::size_t element_count(std::span<const std::int64_t> shape) noexcept;

}  // namespace onnxformers::runtime
