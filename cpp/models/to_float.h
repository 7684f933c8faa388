#pragma once

#include <cstddef>
#include <cstdint>

namespace onnxformers::models {

/// IEEE half precision to single precision, exactly.
void half_to_float(const std::uint16_t* in, float* out, std::size_t count);

/// bfloat16 to single precision, exactly.
void bfloat16_to_float(const std::uint16_t* in, float* out, std::size_t count);

}  // namespace onnxformers::models
