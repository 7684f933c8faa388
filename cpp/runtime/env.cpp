#include "runtime/env.h"

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <string_view>

#include "runtime/fork.h"
#include "runtime/handles.h"

namespace onnxformers::runtime {

namespace {

constexpr const char* kLogId = "onnxformers";
constexpr std::uint64_t kNoPool = ~std::uint64_t{0};

/// The process generation whose threads the shared pool has.
std::atomic<std::uint64_t> pool_generation{kNoPool};

ort::Env* create_with_pools(unsigned threads, bool spinning) {
  const ort::Api& table = api();
  const auto options = make_handle<ort::ThreadingOptions>("runtime", table.CreateThreadingOptions);
  check(table.SetGlobalIntraOpNumThreads(options.get(), static_cast<int>(threads)), "runtime");
  check(table.SetGlobalInterOpNumThreads(options.get(), 1), "runtime");
  check(table.SetGlobalSpinControl(options.get(), spinning ? 1 : 0), "runtime");
  ort::Env* created = nullptr;
  check(table.CreateEnvWithGlobalThreadPools(ort::LoggingLevel::Error, kLogId, options.get(),
                                             &created),
        "runtime");
  pool_generation = process_generation();
  return created;
}

/// Whether the user asked for telemetry by setting the variable to something that means "do not
/// disable".
bool telemetry_wanted() {
  const char* value = std::getenv("ORT_DISABLE_TELEMETRY");
  const std::string_view text = value == nullptr ? "1" : value;
  return text.empty() || text == "0" || text == "false";
}

ort::Env* create(unsigned global_threads, bool spinning) {
  const ort::Api& table = api();
  ort::Env* created = nullptr;
  if (global_threads > 0) {
    created = create_with_pools(global_threads, spinning);
  } else {
    check(table.CreateEnv(ort::LoggingLevel::Error, kLogId, &created), "runtime");
  }
  if (!telemetry_wanted()) {
    check(table.DisableTelemetryEvents(created), "runtime");
  }
  return created;
}

}  // namespace

ort::Env* env(unsigned global_threads, bool spinning) {
  static std::atomic<ort::Env*> instance{nullptr};
  static std::mutex mutex;
  ort::Env* current = instance.load(std::memory_order_acquire);
  if (current == nullptr) {
    const std::scoped_lock lock(mutex);
    current = instance.load(std::memory_order_relaxed);
    if (current == nullptr) {
      current = create(global_threads, spinning);
      instance.store(current, std::memory_order_release);
    }
  }
  return current;
}

bool has_shared_pool() noexcept { return pool_generation == process_generation(); }

const ort::MemoryInfo* cpu_memory() {
  static const ort::MemoryInfo* const instance =
      make_handle<ort::MemoryInfo>("runtime", api().CreateCpuMemoryInfo, ort::AllocatorType::Arena,
                                   ort::MemType::Default)
          .release();
  return instance;
}

ort::Allocator* default_allocator() {
  static ort::Allocator* const instance = [] {
    ort::Allocator* allocator = nullptr;
    check(api().GetAllocatorWithDefaultOptions(&allocator), "runtime");
    return allocator;
  }();
  return instance;
}

}  // namespace onnxformers::runtime
