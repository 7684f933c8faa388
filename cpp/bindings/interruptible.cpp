#include "bindings/interruptible.h"

#include <atomic>

#include "runtime/fork.h"

namespace onnxformers::bindings {

bool is_main_thread() {
  static std::atomic<unsigned long> main_thread{0};
  static std::atomic<std::uint64_t> known_for{~std::uint64_t{0}};
  // After a fork the thread that forked is the main one.
  if (const std::uint64_t generation = runtime::process_generation(); known_for != generation) {
    const py::object thread = py::module_::import("threading").attr("main_thread")();
    main_thread = thread.attr("ident").cast<unsigned long>();
    known_for = generation;
  }
  return PyThread_get_thread_ident() == main_thread;
}

bool handle_interrupt(runtime::RunEnd end) {
  if (PyErr_CheckSignals() != 0) {
    throw py::error_already_set();
  }
  return end == runtime::RunEnd::DoneDuringInterrupt;
}

}  // namespace onnxformers::bindings
