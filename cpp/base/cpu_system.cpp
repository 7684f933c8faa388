#include "base/cpu_system.h"

#include <algorithm>
#include <set>
#include <thread>

#ifdef __linux__
#include <cerrno>
#include <fstream>
#include <sched.h>
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#elif defined(_WIN32)
#define NOMINMAX
#include <bit>
#include <cstdint>
#include <windows.h>
#endif

namespace onnxformers {

#ifdef __linux__

namespace {

/// The CPUs of the affinity mask; the mask grows until the kernel's fits (more than 1024 CPUs).
std::vector<unsigned> allowed_cpus() {
  std::vector<unsigned> cpus;
  for (unsigned capacity = 1024; capacity <= 1U << 20U; capacity *= 2) {
    std::vector<cpu_set_t> mask(capacity / CPU_SETSIZE);
    const std::size_t bytes = mask.size() * sizeof(cpu_set_t);
    if (sched_getaffinity(0, bytes, mask.data()) == 0) {
      for (unsigned cpu = 0; cpu < capacity; ++cpu) {
        if (CPU_ISSET_S(cpu, bytes, mask.data())) {
          cpus.push_back(cpu);
        }
      }
      break;
    }
    if (errno != EINVAL) {
      break;
    }
  }
  return cpus;
}

/// Siblings share one line, e.g. "0,32"; a CPU without one counts as a core of its own.
std::string core_of(unsigned cpu) {
  const std::string number = std::to_string(cpu);
  std::ifstream file("/sys/devices/system/cpu/cpu" + number + "/topology/thread_siblings_list");
  std::string siblings;
  return std::getline(file, siblings) && !siblings.empty() ? siblings : number;
}

}  // namespace

CpuInfo system_cpus() {
  CpuInfo info;
  const std::vector<unsigned> cpus = allowed_cpus();
  if (cpus.empty()) {
    info.affinity = std::max(1U, std::thread::hardware_concurrency());
    info.physical_cores = info.affinity;
    return info;
  }
  std::set<std::string> cores;
  for (const unsigned cpu : cpus) {
    cores.insert(core_of(cpu));
  }
  info.affinity = static_cast<unsigned>(cpus.size());
  info.physical_cores = static_cast<unsigned>(cores.size());
  return info;
}

#else

namespace {

#if defined(_WIN32)

/// Of the process's processor group.
unsigned allowed_cpus() {
  DWORD_PTR process = 0;
  DWORD_PTR system = 0;
  const bool known = GetProcessAffinityMask(GetCurrentProcess(), &process, &system) != 0;
  return known && process != 0 ? static_cast<unsigned>(std::popcount(std::uint64_t{process}))
                               : std::thread::hardware_concurrency();
}

#else

/// macOS has no affinity masks.
unsigned allowed_cpus() { return std::thread::hardware_concurrency(); }

#endif

#if defined(__APPLE__)

unsigned physical_cores(unsigned logical) {
  int cores = 0;
  std::size_t size = sizeof cores;
  const bool known = sysctlbyname("hw.physicalcpu", &cores, &size, nullptr, 0) == 0 && cores > 0;
  return known ? static_cast<unsigned>(cores) : logical;
}

#elif defined(_WIN32)

unsigned physical_cores(unsigned logical) {
  DWORD bytes = 0;
  GetLogicalProcessorInformation(nullptr, &bytes);
  std::vector<SYSTEM_LOGICAL_PROCESSOR_INFORMATION> entries(bytes / sizeof(entries[0]) + 1);
  bytes = static_cast<DWORD>(entries.size() * sizeof(entries[0]));
  if (!GetLogicalProcessorInformation(entries.data(), &bytes)) {
    return logical;
  }
  entries.resize(bytes / sizeof(entries[0]));
  const auto cores = std::count_if(entries.begin(), entries.end(), [](const auto& entry) {
    return entry.Relationship == RelationProcessorCore;
  });
  return cores > 0 ? static_cast<unsigned>(cores) : logical;
}

#else

unsigned physical_cores(unsigned logical) { return logical; }

#endif

}  // namespace

CpuInfo system_cpus() {
  CpuInfo info;
  info.affinity = std::max(1U, allowed_cpus());
  info.physical_cores = std::min(info.affinity, physical_cores(info.affinity));
  return info;
}

#endif

std::vector<std::string> cpu_features() {
  std::vector<std::string> names;
#if defined(__x86_64__) && defined(__GNUC__)
  // The answer is an int to GCC and a bool to Clang.
  const auto add = [&names](const char* name, auto present) {
    if (present) {
      names.emplace_back(name);
    }
  };
  __builtin_cpu_init();
  add("sse4.2", __builtin_cpu_supports("sse4.2"));
  add("avx", __builtin_cpu_supports("avx"));
  add("avx2", __builtin_cpu_supports("avx2"));
  add("fma", __builtin_cpu_supports("fma"));
  add("avx512f", __builtin_cpu_supports("avx512f"));
  add("avx512bw", __builtin_cpu_supports("avx512bw"));
  add("avx512vl", __builtin_cpu_supports("avx512vl"));
  add("avx512vnni", __builtin_cpu_supports("avx512vnni"));
#elif defined(_M_X64)
  const auto add = [&names](const char* name, DWORD feature) {
    if (IsProcessorFeaturePresent(feature)) {
      names.emplace_back(name);
    }
  };
  add("sse4.2", 38);  // PF_SSE4_2_INSTRUCTIONS_AVAILABLE and its followers: newer SDKs only
  add("avx", 39);
  add("avx2", 40);
  add("avx512f", 41);
#elif defined(__aarch64__) || defined(_M_ARM64)
  names.emplace_back("neon");
#endif
  return names;
}

}  // namespace onnxformers
