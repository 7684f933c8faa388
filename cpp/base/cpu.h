#pragma once

#include <optional>
#include <string>
#include <vector>

namespace onnxformers {

struct CpuInfo {
  std::vector<std::string> features;   ///< that kernels or the runtime choose by, e.g. "avx2"
  unsigned affinity = 1;               ///< logical CPUs this process may run on
  std::optional<double> cgroup_quota;  ///< CPUs' worth of time; nothing when unlimited
  unsigned physical_cores = 1;         ///< cores behind these CPUs: siblings count once
  /// What to start by default: max(1, min(affinity, cgroup_quota rounded up, physical_cores)).
  unsigned threads = 1;
};

/// Of this process, found out on first use and kept: a later change of affinity is not seen.
[[nodiscard]] const CpuInfo& cpu_info();

/// The rule of CpuInfo::threads.
[[nodiscard]] unsigned default_threads(const CpuInfo& info);

/// For work of some milliseconds that waits for memory most of the time: two where this process may
/// use two CPUs, also if they share a core.
[[nodiscard]] unsigned brief_threads();

}  // namespace onnxformers
