#include "bindings/numpy_types.h"

namespace onnxformers::bindings {

namespace {

using npy = py::detail::npy_api;
using ort::ElemType;

constexpr int kHalf = 23;  // pybind11 has no name for it

}  // namespace

int type_number(ElemType type) {
  switch (type) {
    case ElemType::Float32:
      return npy::NPY_FLOAT_;
    case ElemType::Int8:
      return npy::NPY_INT8_;
    case ElemType::Uint16:
    case ElemType::Bfloat16:
      return npy::NPY_UINT16_;
    case ElemType::Int16:
      return npy::NPY_INT16_;
    case ElemType::Int32:
      return npy::NPY_INT32_;
    case ElemType::Int64:
      return npy::NPY_INT64_;
    case ElemType::Bool:
      return npy::NPY_BOOL_;
    case ElemType::Float16:
      return kHalf;
    case ElemType::Float64:
      return npy::NPY_DOUBLE_;
    case ElemType::Uint32:
      return npy::NPY_UINT32_;
    case ElemType::Uint64:
      return npy::NPY_UINT64_;
    case ElemType::Complex64:
      return npy::NPY_CFLOAT_;
    case ElemType::Complex128:
      return npy::NPY_CDOUBLE_;
    default:  // uint8 itself, and the types of 8 bits and fewer
      return npy::NPY_UINT8_;
  }
}

bool is_same_type(int got, int wanted) {
  if (got == wanted) {
    return true;
  }
  switch (wanted) {
    case npy::NPY_INT64_:
      return got == npy::NPY_LONGLONG_ || (got == npy::NPY_LONG_ && sizeof(long) == 8);
    case npy::NPY_UINT64_:
      return got == npy::NPY_ULONGLONG_ || (got == npy::NPY_ULONG_ && sizeof(long) == 8);
    case npy::NPY_INT32_:
      return got == npy::NPY_INT_ || (got == npy::NPY_LONG_ && sizeof(long) == 4);
    case npy::NPY_UINT32_:
      return got == npy::NPY_UINT_ || (got == npy::NPY_ULONG_ && sizeof(long) == 4);
    default:
      return false;
  }
}

}  // namespace onnxformers::bindings
