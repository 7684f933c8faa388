#include "bindings/runtime_arrays.h"

#include <algorithm>
#include <bit>
#include <span>
#include <string>
#include <vector>

#include "bindings/numpy_types.h"
#include "runtime/fork.h"
#include "runtime/small_buffer.h"

namespace onnxformers::bindings {

namespace {

using npy = py::detail::npy_api;
using ort::ElemType;
using runtime::Handle;

constexpr int kUnicode = npy::NPY_UNICODE_;

bool is_native(const py::detail::PyArrayDescr_Proxy* type) {
  constexpr char kForeign = std::endian::native == std::endian::little ? '>' : '<';
  return type->byteorder != kForeign;
}

[[noreturn]] void fail_dtype(const runtime::NodeInfo& node, py::handle array) {
  const auto& wanted = runtime::element_type(node.type);
  std::string stored;
  if (std::string_view(wanted.name) != wanted.stored) {
    stored = std::string(" (as ") + wanted.stored + ")";
  }
  fail(ErrorKind::InvalidType, kSessionRun,
       "input '" + node.name + "' must be " + wanted.name + stored + ", got an array of " +
           std::string(py::str(array.attr("dtype"))));
}

void check_dtype(const runtime::NodeInfo& node, py::handle array) {
  const auto* type =
      py::detail::array_descriptor_proxy(py::detail::array_proxy(array.ptr())->descr);
  const bool is_packed = runtime::element_type(node.type).bits < 8;
  if (node.type == ElemType::String) {
    if (type->type_num != kObject && type->type_num != kUnicode) {
      fail_dtype(node, array);
    }
  } else if (is_packed) {
    fail(ErrorKind::InvalidType, kSessionRun,
         "input '" + node.name + "' is " + runtime::element_type(node.type).name +
             ", a packed type that cannot be fed");
  } else if (!is_same_type(type->type_num, type_number(node.type)) || !is_native(type)) {
    // ml_dtypes' bfloat16 and float8 come by name.
    const bool is_same_name = type->type_num > 255 && std::string(py::str(array.attr("dtype"))) ==
                                                          runtime::element_type(node.type).name;
    if (!is_same_name) {
      fail_dtype(node, array);
    }
  }
}

/// At most 64 in numpy; the bound tells the compiler that nothing huge is allocated.
std::size_t rank_of(const py::detail::PyArray_Proxy* array) {
  return static_cast<std::size_t>(std::clamp(array->nd, 0, 64));
}

std::span<const std::int64_t> shape_of(const py::detail::PyArray_Proxy* array,
                                       runtime::SmallBuffer<std::int64_t, 8>& shape) {
  std::copy_n(array->dimensions, rank_of(array), shape.data());
  return {shape.data(), rank_of(array)};
}

std::string_view utf8(const runtime::NodeInfo& node, py::handle text, std::size_t index) {
  const std::string where = "input '" + node.name + "', element " + std::to_string(index);
  if (!py::isinstance<py::str>(text)) {
    fail(ErrorKind::InvalidType, kSessionRun,
         where + " must be str, got " + Py_TYPE(text.ptr())->tp_name);
  }
  Py_ssize_t size = 0;
  const char* bytes = PyUnicode_AsUTF8AndSize(text.ptr(), &size);
  if (bytes == nullptr) {
    PyErr_Clear();
    fail(ErrorKind::InvalidArgument, kSessionRun,
         where + " holds a lone surrogate, which UTF-8 cannot express");
  }
  return {bytes, static_cast<std::size_t>(size)};
}

Handle<ort::Value> make_strings(const runtime::NodeInfo& node, py::handle array,
                                std::span<const std::int64_t> shape) {
  // The list keeps the texts alive while they are read.
  const py::list items = array.attr("ravel")().attr("tolist")();
  std::vector<std::string_view> texts;
  texts.reserve(items.size());
  for (const py::handle item : items) {
    texts.push_back(utf8(node, item, texts.size()));
  }
  return runtime::make_string_tensor(texts, shape);
}

py::object contiguous(py::handle array) {
  constexpr int kWanted = npy::NPY_ARRAY_C_CONTIGUOUS_ + npy::NPY_ARRAY_ALIGNED_;
  if (py::detail::check_flags(array.ptr(), kWanted)) {
    return py::reinterpret_borrow<py::object>(array);
  }
  PyObject* copy = npy::get().PyArray_FromAny_(array.ptr(), nullptr, 0, 0, kWanted, nullptr);
  if (copy == nullptr) {
    throw py::error_already_set();
  }
  return py::reinterpret_steal<py::object>(copy);
}

constexpr const char* kCapsuleName = "onnxformers.value";

/// The capsule's context is the process generation in which the value was made: in a forked child
/// the allocator's lock may be held by a thread that is no more.
void release_capsule(PyObject* capsule) {
  if (reinterpret_cast<std::uintptr_t>(PyCapsule_GetContext(capsule)) !=
      runtime::process_generation()) {
    return;
  }
  runtime::Release()(static_cast<ort::Value*>(PyCapsule_GetPointer(capsule, kCapsuleName)));
}

py::object texts_array(const ort::Value* value, std::span<const std::int64_t> shape) {
  const std::size_t count = runtime::element_count(shape);
  const runtime::StringContent content = runtime::read_strings(value, count);
  py::array result(py::dtype("O"), std::vector<py::ssize_t>(shape.begin(), shape.end()));
  auto** items = static_cast<PyObject**>(result.mutable_data());
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t start = content.offsets[i];
    PyObject* text =
        PyUnicode_DecodeUTF8(content.bytes.data() + start,
                             static_cast<Py_ssize_t>(content.offsets[i + 1] - start), "replace");
    if (text == nullptr) {
      throw py::error_already_set();
    }
    Py_XDECREF(items[i]);
    items[i] = text;
  }
  return result;
}

}  // namespace

FedTensor feed_array(const runtime::Session& session, std::size_t index, py::handle array) {
  const runtime::NodeInfo& node = session.tensor_input(index);
  if (!npy::get().PyArray_Check_(array.ptr())) {
    if (py::isinstance<DeviceTensor>(array)) {
      return {
          .owned = nullptr,
          .value = array.cast<const DeviceTensor&>().value.get(),
          .keep_alive = py::reinterpret_borrow<py::object>(array),
      };
    }
    fail(ErrorKind::InvalidType, kSessionRun,
         "input '" + node.name + "' must be a numpy.ndarray, got " + Py_TYPE(array.ptr())->tp_name);
  }
  check_dtype(node, array);
  FedTensor fed;
  fed.keep_alive =
      node.type == ElemType::String ? py::reinterpret_borrow<py::object>(array) : contiguous(array);
  const auto* proxy = py::detail::array_proxy(fed.keep_alive.ptr());
  runtime::SmallBuffer<std::int64_t, 8> dims(rank_of(proxy));
  const auto shape = shape_of(proxy, dims);
  session.check_input(index, node.type, shape);
  fed.owned = node.type == ElemType::String ? make_strings(node, array, shape)
                                            : runtime::borrow_tensor(node.type, proxy->data, shape);
  fed.value = fed.owned.get();
  return fed;
}

py::object to_array(Handle<ort::Value> value, std::string_view name) {
  const runtime::TensorView view = runtime::view_tensor(value.get(), name);
  if (view.type == ElemType::String) {
    return texts_array(value.get(), view.shape);
  }
  runtime::SmallBuffer<Py_intptr_t, 8> dims(view.shape.size() + 1);
  std::ranges::copy(view.shape, dims.data());
  auto rank = static_cast<int>(view.shape.size());
  if (runtime::element_type(view.type).bits < 8) {
    dims[0] =
        static_cast<Py_intptr_t>(runtime::byte_size(view.type, runtime::element_count(view.shape)));
    rank = 1;
  }
  const auto& numpy = npy::get();
  const auto capsule =
      py::reinterpret_steal<py::object>(PyCapsule_New(value.get(), kCapsuleName, release_capsule));
  if (!capsule) {
    throw py::error_already_set();
  }
  // A number in the place of a pointer. NOLINTNEXTLINE(performance-no-int-to-ptr)
  PyCapsule_SetContext(capsule.ptr(), reinterpret_cast<void*>(runtime::process_generation()));
  [[maybe_unused]] const ort::Value* owned = value.release();
  constexpr int kFlags =
      npy::NPY_ARRAY_C_CONTIGUOUS_ + npy::NPY_ARRAY_ALIGNED_ + npy::NPY_ARRAY_WRITEABLE_;
  auto array = py::reinterpret_steal<py::object>(numpy.PyArray_NewFromDescr_(
      numpy.PyArray_Type_, numpy.PyArray_DescrFromType_(type_number(view.type)), rank, dims.data(),
      nullptr, view.data, kFlags, nullptr));
  if (!array || numpy.PyArray_SetBaseObject_(array.ptr(), capsule.inc_ref().ptr()) != 0) {
    throw py::error_already_set();
  }
  return array;
}

}  // namespace onnxformers::bindings
