#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace onnxformers::tokenizers {

/// Indices of the texts in the order of their bytes; equal texts keep their order. A radix sort by
/// the first eight bytes, then comparisons among the few that share them.
[[nodiscard]] std::vector<std::uint32_t> byte_order(std::span<const std::string_view> texts);

}  // namespace onnxformers::tokenizers
