#include "runtime/element_type.h"

#include <array>

namespace onnxformers::runtime {

namespace {

using ort::ElemType;

// In the order of the enum, so that the type is the index.
// NOLINTBEGIN(modernize-use-designated-initializers,readability-trailing-comma): a table
constexpr std::array<ElementType, 27> kElementTypes = {{
    {ElemType::Undefined, "undefined", "undefined", 0},
    {ElemType::Float32, "float32", "float32", 32},
    {ElemType::Uint8, "uint8", "uint8", 8},
    {ElemType::Int8, "int8", "int8", 8},
    {ElemType::Uint16, "uint16", "uint16", 16},
    {ElemType::Int16, "int16", "int16", 16},
    {ElemType::Int32, "int32", "int32", 32},
    {ElemType::Int64, "int64", "int64", 64},
    {ElemType::String, "string", "object", 0},
    {ElemType::Bool, "bool", "bool", 8},
    {ElemType::Float16, "float16", "float16", 16},
    {ElemType::Float64, "float64", "float64", 64},
    {ElemType::Uint32, "uint32", "uint32", 32},
    {ElemType::Uint64, "uint64", "uint64", 64},
    {ElemType::Complex64, "complex64", "complex64", 64},
    {ElemType::Complex128, "complex128", "complex128", 128},
    {ElemType::Bfloat16, "bfloat16", "uint16", 16},
    {ElemType::Float8E4M3Fn, "float8e4m3fn", "uint8", 8},
    {ElemType::Float8E4M3FnUz, "float8e4m3fnuz", "uint8", 8},
    {ElemType::Float8E5M2, "float8e5m2", "uint8", 8},
    {ElemType::Float8E5M2FnUz, "float8e5m2fnuz", "uint8", 8},
    {ElemType::Uint4, "uint4", "uint8", 4},
    {ElemType::Int4, "int4", "uint8", 4},
    {ElemType::Float4E2M1, "float4e2m1", "uint8", 4},
    {ElemType::Uint2, "uint2", "uint8", 2},
    {ElemType::Int2, "int2", "uint8", 2},
    {ElemType::Float8E8M0, "float8e8m0", "uint8", 8},
}};
// NOLINTEND(modernize-use-designated-initializers,readability-trailing-comma)

}  // namespace

const ElementType& element_type(ort::ElemType type) noexcept {
  const auto index = static_cast<std::size_t>(type);
  return kElementTypes[index < kElementTypes.size() ? index : 0];
}

std::size_t byte_size(ort::ElemType type, std::size_t count) noexcept {
  return ((count * element_type(type).bits) + 7) / 8;
}

}  // namespace onnxformers::runtime
