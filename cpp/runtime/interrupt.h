#pragma once

#include "runtime/run_ticket.h"

namespace onnxformers::runtime {

/// Between begin and end, SIGINT also stops the run that uses the ticket; the handler that was
/// there before is called as well. One run of a process at a time: false when another one has it,
/// when nobody handles SIGINT, or on Windows.
bool begin_interruptible(RunTicket& ticket);

/// Puts the former handler back and waits for a handler that is still running on another thread.
void end_interruptible() noexcept;

}  // namespace onnxformers::runtime
