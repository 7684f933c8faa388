#include "runtime/run_control.h"

#include <algorithm>
#include <cmath>

#include "runtime/interrupt.h"
#include "runtime/watchdog.h"

namespace onnxformers::runtime {

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

namespace {

/// The ticket is begun only when the limits allow the run.
RunLimits checked(const RunLimits& limits) {
  if (limits.cancel != nullptr && limits.cancel->cancelled()) {
    fail_stopped(StopCause::Cancel);
  }
  if (limits.deadline && *limits.deadline <= Clock::now()) {
    fail_stopped(StopCause::Timeout);
  }
  return limits;
}

}  // namespace

RunScope::RunScope(const RunLimits& limits)
    : limits_(checked(limits)), ticket_(RunTicket::begin()) {
  if (limits.is_interruptible) {
    is_interruptible_ = begin_interruptible(ticket_);
  }
  if (limits.deadline) {
    Watchdog::instance().add(*limits.deadline, &ticket_);
  }
  if (limits.cancel != nullptr) {
    limits.cancel->attach(&ticket_);
  }
}

StopCause RunScope::finish() noexcept {
  if (is_finished_) {
    return ticket_.cause();
  }
  is_finished_ = true;
  if (limits_.deadline) {
    Watchdog::instance().remove(&ticket_);
  }
  if (limits_.cancel != nullptr) {
    limits_.cancel->detach(&ticket_);
  }
  if (is_interruptible_) {
    end_interruptible();
  }
  ticket_.end();
  return ticket_.cause();
}

RunScope::~RunScope() { finish(); }

}  // namespace onnxformers::runtime
