#pragma once

#include <cstdint>
#include <span>

namespace onnxformers::tokenizers {

/// Writes numbers as int64 and gives the place behind the last one.
std::int64_t* widen(std::span<const std::uint32_t> numbers, std::int64_t* to) noexcept;

/// Writes a number `count` times and gives the place behind the last one.
std::int64_t* fill(std::int64_t* to, std::size_t count, std::int64_t number) noexcept;

}  // namespace onnxformers::tokenizers
