#pragma once

#include <cstdint>
#include <string_view>

namespace onnxformers::runtime {

/// Counts the forks between the process that loaded this library and this one. Threads and locks of
/// another generation are dead.
std::uint64_t process_generation() noexcept;

/// Throws Forked unless the generation is this process's.
void check_generation(std::uint64_t generation, std::string_view where);

}  // namespace onnxformers::runtime
