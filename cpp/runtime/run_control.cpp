#include "runtime/run_control.h"

#include <algorithm>
#include <cmath>

#include "runtime/interrupt.h"
#include "runtime/watchdog.h"

namespace onnxformers::runtime {

RunTicket::RunTicket()
    : options_(make_handle<ort::RunOptions>("runtime", api().CreateRunOptions)) {}

void RunTicket::stop(StopCause cause) noexcept {
  StopCause expected = StopCause::None;
  if (cause_.compare_exchange_strong(expected, cause, std::memory_order_acq_rel)) {
    if (ort::Status* status = api().RunOptionsSetTerminate(options_.get()); status != nullptr) {
      api().ReleaseStatus(status);
    }
  }
}

void RunTicket::reset() noexcept {
  if (cause() == StopCause::None) {
    return;
  }
  if (ort::Status* status = api().RunOptionsUnsetTerminate(options_.get()); status != nullptr) {
    api().ReleaseStatus(status);
  }
  cause_.store(StopCause::None, std::memory_order_release);
}

void CancelToken::cancel() {
  const std::scoped_lock lock(mutex_);
  cancelled_.store(true, std::memory_order_release);
  for (RunTicket* ticket : running_) {
    ticket->stop(StopCause::Cancel);
  }
}

void CancelToken::attach(RunTicket* ticket) {
  const std::scoped_lock lock(mutex_);
  if (cancelled()) {
    ticket->stop(StopCause::Cancel);
  }
  running_.push_back(ticket);
}

void CancelToken::detach(RunTicket* ticket) {
  const std::scoped_lock lock(mutex_);
  std::erase(running_, ticket);
}

std::optional<Clock::time_point> deadline_after(std::optional<double> timeout_s) {
  if (!timeout_s) {
    return std::nullopt;
  }
  if (std::isnan(*timeout_s)) {
    fail(ErrorKind::InvalidArgument, "Session.run",
         "timeout_s must be a number of seconds, got NaN");
  }
  // A year and more is for ever; the clock's own type would overflow.
  if (*timeout_s > 3e7) {
    return std::nullopt;
  }
  const auto wait = std::chrono::duration<double>(std::max(*timeout_s, 0.0));
  return Clock::now() + std::chrono::duration_cast<Clock::duration>(wait);
}

void fail_stopped(StopCause cause) {
  if (cause == StopCause::Timeout) {
    fail(ErrorKind::Timeout, "Session.run", "the run was stopped because timeout_s was over");
  }
  fail(ErrorKind::Cancelled, "Session.run", "the run was cancelled");
}

RunScope::RunScope(const RunLimits& limits) : limits_(limits) {
  if (limits.cancel != nullptr && limits.cancel->cancelled()) {
    fail_stopped(StopCause::Cancel);
  }
  if (limits.deadline && *limits.deadline <= Clock::now()) {
    fail_stopped(StopCause::Timeout);
  }
  if (limits.is_interruptible) {
    ticket_ = begin_interruptible();
    is_interruptible_ = ticket_ != nullptr;
  }
  if (ticket_ == nullptr && (limits.deadline || limits.cancel != nullptr)) {
    ticket_ = &own_.emplace();
  }
  if (limits.deadline) {
    Watchdog::instance().add(*limits.deadline, ticket_);
  }
  if (limits.cancel != nullptr) {
    limits.cancel->attach(ticket_);
  }
}

StopCause RunScope::finish() noexcept {
  if (ticket_ == nullptr) {
    return StopCause::None;
  }
  if (!is_finished_) {
    is_finished_ = true;
    if (limits_.deadline) {
      Watchdog::instance().remove(ticket_);
    }
    if (limits_.cancel != nullptr) {
      limits_.cancel->detach(ticket_);
    }
    if (is_interruptible_) {
      end_interruptible();
    }
  }
  return ticket_->cause();
}

RunScope::~RunScope() {
  finish();
  if (is_interruptible_) {
    release_interruptible();
  }
}

}  // namespace onnxformers::runtime
