#pragma once

// The loaded library of ONNX Runtime and its function table.

#include <atomic>
#include <cstdint>
#include <string>

#include "onnxruntime/api_table.h"

namespace onnxformers::runtime {

/// Oldest release that is taken: the first whose wheels hold the library on every platform.
inline constexpr std::uint32_t kOldestApi = 20;
/// Newest API version whose slots we know.
inline constexpr std::uint32_t kNewestApi = 31;

struct Library {
  std::string path;
  std::string version;            ///< "1.31.1"
  std::uint32_t api_version = 0;  ///< min(minor version, kNewestApi): slots up to it may be called
  std::string build_info;
  const ort::Api* table = nullptr;
};

/// Loads the core library, once a process. It stays loaded for ever.
/// path: absolute path, UTF-8. The same path again does nothing.
/// Throws RuntimeLibrary: not absolute, cannot be loaded, too old, or another one is loaded
/// already. ORT_DISABLE_TELEMETRY=1 is put into the environment before, unless the variable is
/// there.
void load_library(const std::string& path);

/// The loaded library, or nullptr.
const Library* library() noexcept;

namespace detail {
extern std::atomic<const Library*> loaded;
[[noreturn]] void fail_not_loaded();
}  // namespace detail

/// The function table. Throws RuntimeLibrary when nothing is loaded.
inline const ort::Api& api() {
  const Library* current = detail::loaded.load(std::memory_order_acquire);
  if (current == nullptr) {
    detail::fail_not_loaded();
  }
  return *current->table;
}

/// Whether the loaded library has the slots of an API version (see ort::since).
inline bool has_api(std::uint32_t since) noexcept {
  const Library* current = detail::loaded.load(std::memory_order_acquire);
  return current != nullptr && current->api_version >= since;
}

/// "1.24.1" → 24; 0 when it is not of the form 1.N.
std::uint32_t minor_version(const std::string& version) noexcept;

}  // namespace onnxformers::runtime
