#pragma once

#include <cstddef>
#include <span>

namespace onnxformers::audio {

/// values[i] = factor * ln(values[i]), within 1e-11 of it; -inf for 0, NaN below, as std::log.
void scaled_log(std::span<double> values, double factor);

}  // namespace onnxformers::audio
