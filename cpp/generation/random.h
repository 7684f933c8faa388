#pragma once

#include <cstdint>

namespace onnxformers::generation {

/// A number in [0, 1), a function of its arguments alone: what a row draws does not depend on the
/// batch it is in, on threads or on the platform. Philox 4x32 with ten rounds.
/// Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
/// @param draw which number of a step, for steps that need several.
[[nodiscard]] double random_number(std::uint64_t seed, std::uint64_t row, std::uint32_t step,
                                   std::uint32_t draw = 0) noexcept;

}  // namespace onnxformers::generation
