#pragma once

#include "bindings/module.h"

#include "bindings/gil.h"
#include "runtime/session.h"

namespace onnxformers::bindings {

/// Whether Python runs its signal handlers on this thread.
bool is_main_thread();

/// After a run that SIGINT reached: runs Python's own handlers, which may raise.
/// Returns whether there are results; if not, run again.
bool handle_interrupt(runtime::RunEnd end);

/// Calls body(limits), GIL released, until it was not interrupted.
template <typename Body>
void run_interruptibly(runtime::RunLimits limits, const Body& body) {
  limits.is_interruptible = is_main_thread();
  runtime::RunEnd end{};
  do {
    const GilRelease release;
    end = body(limits);
  } while (end != runtime::RunEnd::Done && !handle_interrupt(end));
}

}  // namespace onnxformers::bindings
