#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace onnxformers::tokenizers {

/// Differs for bytes of which some are damaged; at the speed of memory. Against damage, not malice.
/// @param seed what else must be right, such as a number that is not among the bytes.
[[nodiscard]] std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed) noexcept;

}  // namespace onnxformers::tokenizers
