#pragma once

// What a process holds once: the environment, the CPU memory description, the default allocator.
// Made on first use, never released (releasing the environment from an exit hook crashes on some
// releases).

#include "onnxruntime/api_table.h"

namespace onnxformers::runtime {

/// The environment. global_threads > 0 asks for thread pools that sessions can share; heeded by the
/// first call of a process only.
ort::Env* env(unsigned global_threads = 0, bool spinning = false);

/// Whether the environment has shared thread pools that work in this process.
bool has_shared_pool() noexcept;

const ort::MemoryInfo* cpu_memory();

ort::Allocator* default_allocator();

}  // namespace onnxformers::runtime
