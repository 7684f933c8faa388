#pragma once

#include <string>

namespace onnxformers::runtime {

/// Opens a shared library by absolute path, with local symbols; never closed. Throws RuntimeLibrary
/// with the loader's words.
void* open_shared_library(const std::string& path);

/// The address of an exported symbol, or nullptr.
void* find_symbol(void* handle, const char* name) noexcept;

/// Sets an environment variable unless it is there. Not safe while other threads read the
/// environment.
void set_environment_default(const char* name, const char* value);

}  // namespace onnxformers::runtime
