#pragma once

// Stopping a run: by a deadline, by a token, by Ctrl-C. All end in the same call on the run's
// options, which ends the run at the next node of the graph.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <vector>

#include "runtime/run_ticket.h"

namespace onnxformers::runtime {

using Clock = std::chrono::steady_clock;

/// Cancels the runs it was given to, now and later. Thread-safe; one token may serve many runs.
class CancelToken {
 public:
  void cancel();
  [[nodiscard]] bool cancelled() const noexcept {
    return cancelled_.load(std::memory_order_acquire);
  }
  void attach(RunTicket* ticket);
  void detach(RunTicket* ticket);

 private:
  std::mutex mutex_;
  std::atomic<bool> cancelled_{false};
  std::vector<RunTicket*> running_;
};

/// What may stop a run.
struct RunLimits {
  std::optional<Clock::time_point> deadline = std::nullopt;
  CancelToken* cancel = nullptr;  ///< stays alive during the run
  bool is_interruptible =
      false;  ///< stop at SIGINT; for the interpreter's main thread (POSIX only)
};

/// Throws InvalidArgument for NaN; nullopt for none and for infinity.
std::optional<Clock::time_point> deadline_after(std::optional<double> timeout_s);

/// Holds a run's ticket in all the places that may stop it, for as long as it lives.
class RunScope {
 public:
  /// Throws Timeout or Cancelled when the limit is reached already.
  explicit RunScope(const RunLimits& limits);
  ~RunScope();
  RunScope(const RunScope&) = delete;
  RunScope& operator=(const RunScope&) = delete;
  RunScope(RunScope&&) = delete;
  RunScope& operator=(RunScope&&) = delete;

  [[nodiscard]] const ort::RunOptions* options() const noexcept { return ticket_.options(); }
  /// Takes the ticket back everywhere; after it the cause does not change any more.
  StopCause finish() noexcept;

 private:
  RunLimits limits_;
  RunTicket& ticket_;
  bool is_interruptible_ = false;
  bool is_finished_ = false;
};

/// Throws Timeout or Cancelled.
[[noreturn]] void fail_stopped(StopCause cause);

}  // namespace onnxformers::runtime
