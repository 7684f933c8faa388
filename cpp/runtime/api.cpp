#include "runtime/api.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <memory>
#include <mutex>

#include "base/errors.h"
#include "runtime/shared_library.h"

namespace onnxformers::runtime {

namespace detail {

std::atomic<const Library*> loaded{nullptr};

void fail_not_loaded() {
  fail(ErrorKind::RuntimeLibrary, "runtime",
       "ONNX Runtime is not loaded: call onnxformers.runtime.load_runtime() first");
}

}  // namespace detail

namespace {

const ort::ApiBase* api_base(void* handle, const std::string& path) {
  using Getter = const ort::ApiBase*(ONNXFORMERS_ORT_CALL*)();
  void* symbol = find_symbol(handle, "OrtGetApiBase");
  if (symbol == nullptr) {
    fail(ErrorKind::RuntimeLibrary, "runtime",
         "'" + path + "' is not ONNX Runtime: it does not export OrtGetApiBase");
  }
  return reinterpret_cast<Getter>(symbol)();
}

std::unique_ptr<Library> open_library(const std::string& path) {
  // Releases from 1.29 on start their telemetry with the environment; later is too late.
  set_environment_default("ORT_DISABLE_TELEMETRY", "1");
  const ort::ApiBase* base = api_base(open_shared_library(path), path);
  auto library = std::make_unique<Library>();
  library->path = path;
  library->version = base->GetVersionString();
  const std::uint32_t minor = minor_version(library->version);
  if (minor < kOldestApi) {
    fail(ErrorKind::RuntimeLibrary, "runtime",
         "ONNX Runtime " + library->version + " at '" + path + "' is too old, 1." +
             std::to_string(kOldestApi) +
             " or newer is needed: pip install -U onnxruntime (or onnxruntime-gpu)");
  }
  library->api_version = std::min(minor, kNewestApi);
  library->table = base->GetApi(library->api_version);
  if (library->table == nullptr) {
    fail(ErrorKind::RuntimeLibrary, "runtime",
         "ONNX Runtime " + library->version + " at '" + path + "' refuses API version " +
             std::to_string(library->api_version));
  }
  library->build_info = library->table->GetBuildInfoString();
  return library;
}

}  // namespace

std::uint32_t minor_version(const std::string& version) noexcept {
  if (!version.starts_with("1.")) {
    return 0;
  }
  std::uint32_t minor = 0;
  std::from_chars(version.data() + 2, version.data() + version.size(), minor);
  return minor;
}

const Library* library() noexcept { return detail::loaded.load(std::memory_order_acquire); }

void load_library(const std::string& path) {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  if (const Library* current = library(); current != nullptr) {
    if (current->path != path) {
      fail(ErrorKind::RuntimeLibrary, "runtime",
           "ONNX Runtime is loaded from '" + current->path +
               "', a process can hold one only; got '" + path + "'");
    }
    return;
  }
  if (!std::filesystem::path(path).is_absolute()) {
    fail(ErrorKind::RuntimeLibrary, "runtime",
         "the library's path must be absolute, got '" + path + "'");
  }
  detail::loaded.store(open_library(path).release(), std::memory_order_release);
}

}  // namespace onnxformers::runtime
