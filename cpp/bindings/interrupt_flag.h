#pragma once

#include "bindings/module.h"

#include <atomic>
#include <memory>

namespace onnxformers::bindings {

/// onnxformers._native.generation.InterruptFlag: ends the generations that look at it.
struct InterruptFlag {
  std::shared_ptr<std::atomic<bool>> is_set = std::make_shared<std::atomic<bool>>(false);
};

void bind_interrupt_flag(py::module_& m);

}  // namespace onnxformers::bindings
