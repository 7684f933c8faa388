#pragma once

#include "runtime/run_control.h"

namespace onnxformers::runtime {

/// Between begin and end, SIGINT also stops the run that uses the returned ticket; the handler that
/// was there before is called as well. One run of a process at a time: nullptr when another one has
/// it, when nobody handles SIGINT, or on Windows.
RunTicket* begin_interruptible();

/// Puts the former handler back and waits for a handler that is still running on another thread.
/// The ticket stays readable.
void end_interruptible() noexcept;

/// Gives the ticket free for the next run.
void release_interruptible() noexcept;

}  // namespace onnxformers::runtime
