#include "base/cpu.h"

#include <algorithm>
#include <cmath>

#include "base/cgroup.h"
#include "base/cpu_system.h"

namespace onnxformers {

unsigned default_threads(const CpuInfo& info) {
  unsigned threads = std::min(info.affinity, info.physical_cores);
  if (info.cgroup_quota && *info.cgroup_quota < threads) {
    threads = static_cast<unsigned>(std::ceil(*info.cgroup_quota));
  }
  return std::max(1U, threads);
}

const CpuInfo& cpu_info() {
  static const CpuInfo info = [] {
    CpuInfo found = system_cpus();
    found.features = cpu_features();
    found.cgroup_quota = cgroup_cpu_quota();
    found.threads = default_threads(found);
    return found;
  }();
  return info;
}

unsigned brief_threads() {
  const CpuInfo& info = cpu_info();
  return info.affinity > 1 && info.cgroup_quota.value_or(2) > 1 ? 2 : 1;
}

}  // namespace onnxformers
