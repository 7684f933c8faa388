#include "runtime/shared_library.h"

#include <cstdlib>
#include <filesystem>

#include "base/errors.h"

#ifdef _WIN32
#include <windows.h>
#else
#include <dlfcn.h>
#endif

namespace onnxformers::runtime {

namespace {

[[noreturn]] void fail_to_load(const std::string& path, const std::string& reason) {
  fail(ErrorKind::RuntimeLibrary, "runtime", "cannot load '" + path + "': " + reason);
}

}  // namespace

#ifdef _WIN32

void* open_shared_library(const std::string& path) {
  const std::filesystem::path file(std::u8string(path.begin(), path.end()));
  // Never by bare name: Windows carries an old onnxruntime.dll of its own.
  HMODULE handle = LoadLibraryExW(
      file.c_str(), nullptr, LOAD_LIBRARY_SEARCH_DLL_LOAD_DIR | LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
  if (handle == nullptr) {
    fail_to_load(path, "Windows error " + std::to_string(GetLastError()));
  }
  return handle;
}

void* find_symbol(void* handle, const char* name) noexcept {
  return reinterpret_cast<void*>(GetProcAddress(static_cast<HMODULE>(handle), name));
}

void set_environment_default(const char* name, const char* value) {
  if (std::getenv(name) == nullptr) {
    _putenv_s(name, value);
  }
}

#else

void* open_shared_library(const std::string& path) {
  void* handle = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) {
    const char* reason = dlerror();
    fail_to_load(path, reason == nullptr ? "unknown reason" : reason);
  }
  return handle;
}

void* find_symbol(void* handle, const char* name) noexcept { return dlsym(handle, name); }

void set_environment_default(const char* name, const char* value) { setenv(name, value, 0); }

#endif

}  // namespace onnxformers::runtime
