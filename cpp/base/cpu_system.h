#pragma once

// What base/cpu asks the operating system; one definition per system in cpu_system.cpp.

#include <string>
#include <vector>

#include "base/cpu.h"

namespace onnxformers {

/// affinity and physical_cores; each at least 1.
[[nodiscard]] CpuInfo system_cpus();

[[nodiscard]] std::vector<std::string> cpu_features();

}  // namespace onnxformers
