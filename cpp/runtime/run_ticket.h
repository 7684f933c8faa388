#pragma once

#include <atomic>
#include <cstdint>

#include "runtime/handles.h"

namespace onnxformers::runtime {

enum class StopCause : std::uint8_t { None, Timeout, Cancel, Interrupt, Exit };

/// The run options of one run at a time, and why it was stopped. Each thread keeps one for all its
/// runs. Tickets are never freed and stand in a list without locks: signal handlers, forks and the
/// end of the process may come at any moment.
class RunTicket {
 public:
  /// This thread's ticket, marked as running. A run inside a run gets another one.
  /// Does not return when the process is ending.
  static RunTicket& begin();
  /// Marks the ticket as not running.
  void end() noexcept;

  /// Thread-safe; the first cause wins. Sets flags only, so a signal handler may call it.
  void stop(StopCause cause) noexcept;
  [[nodiscard]] StopCause cause() const noexcept { return cause_.load(std::memory_order_acquire); }
  [[nodiscard]] const ort::RunOptions* options() const noexcept { return options_.get(); }

 private:
  friend void end_all_runs(double patience_s) noexcept;
  friend class ThreadTicket;

  RunTicket();
  static RunTicket* claim();
  void reset() noexcept;

  Handle<ort::RunOptions> options_;
  std::atomic<StopCause> cause_{StopCause::None};
  std::atomic<bool> is_owned_{true};          ///< a thread keeps it
  std::atomic<std::uint64_t> running_in_{0};  ///< process generation + 1 while a run uses it
  RunTicket* next_ = nullptr;
};

/// Holds this thread's ticket while it is in the runtime.
class TicketHolder {
 public:
  TicketHolder() : ticket_(RunTicket::begin()) {}
  ~TicketHolder() { ticket_.end(); }
  TicketHolder(const TicketHolder&) = delete;
  TicketHolder& operator=(const TicketHolder&) = delete;
  TicketHolder(TicketHolder&&) = delete;
  TicketHolder& operator=(TicketHolder&&) = delete;

 private:
  RunTicket& ticket_;
};

/// For the end of the process, when no other thread can hold the interpreter: stops every run and
/// waits for them up to `patience_s`. The runtime's own objects are destroyed after this; a run
/// that still used them would crash. Threads that come back from a run, or want to start one, wait
/// for the process to end.
void end_all_runs(double patience_s) noexcept;

/// Whether end_all_runs was called.
bool is_ending() noexcept;

/// Waits for the end of the process.
[[noreturn]] void wait_for_the_end() noexcept;

}  // namespace onnxformers::runtime
