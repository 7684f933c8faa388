#pragma once

#include <cstddef>

#include "onnxruntime/types.h"

namespace onnxformers::runtime {

struct ElementType {
  ort::ElemType type;
  const char* name;    ///< "float32", "bfloat16", ...
  const char* stored;  ///< name of the type its memory is seen as: "uint16" for bfloat16
  std::size_t bits;    ///< 0 for strings
};

/// The row of a type; types we do not know get the row named "undefined".
const ElementType& element_type(ort::ElemType type) noexcept;

/// Bytes of `count` elements (types under 8 bits are packed).
std::size_t byte_size(ort::ElemType type, std::size_t count) noexcept;

}  // namespace onnxformers::runtime
