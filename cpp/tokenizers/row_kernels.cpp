#include "tokenizers/row_kernels.h"

#include "base/multiversion.h"

namespace onnxformers::tokenizers {

ONNXFORMERS_MULTIVERSION
std::int64_t* widen(std::span<const std::uint32_t> numbers, std::int64_t* to) noexcept {
  const std::uint32_t* const from = numbers.data();
  const std::size_t count = numbers.size();
  for (std::size_t i = 0; i < count; ++i) {
    to[i] = from[i];
  }
  return to + count;
}

ONNXFORMERS_MULTIVERSION
std::int64_t* fill(std::int64_t* to, std::size_t count, std::int64_t number) noexcept {
  for (std::size_t i = 0; i < count; ++i) {
    to[i] = number;
  }
  return to + count;
}

}  // namespace onnxformers::tokenizers
