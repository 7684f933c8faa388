#pragma once

#include <filesystem>
#include <optional>

namespace onnxformers {

/// CPUs' worth of time this process may use by its control groups (version 1 and 2, the least of
/// its own group and all above it that can be seen); nothing when unlimited or not on Linux.
/// @param root where /proc and the mount points are looked up; another one than "/" in tests.
[[nodiscard]] std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root = "/");

}  // namespace onnxformers
