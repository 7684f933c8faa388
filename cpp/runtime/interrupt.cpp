#include "runtime/interrupt.h"

#ifdef _WIN32

namespace onnxformers::runtime {

// Ctrl-C arrives on a thread of its own there and reaches Python after the run.
bool begin_interruptible(RunTicket& /*ticket*/) { return false; }
void end_interruptible() noexcept {}

}  // namespace onnxformers::runtime

#else

#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>

#include "runtime/fork.h"

namespace onnxformers::runtime {

namespace {

/// Process generation + 1 of the run that has the ticket, 0 when it is free: a run that a fork cut
/// off does not keep it.
std::atomic<std::uint64_t> taken_by{0};
std::atomic<RunTicket*> interruptible_ticket{nullptr};
std::atomic<int> handlers_running{0};

/// The handler that was there before ours. Written by the owner of the ticket, read by the handler.
struct Previous {
  std::atomic<void (*)(int)> plain{nullptr};
  std::atomic<void (*)(int, siginfo_t*, void*)> detailed{nullptr};
};
Previous previous;

void on_interrupt(int number, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  handlers_running.fetch_add(1);
  if (RunTicket* ticket = interruptible_ticket.load(); ticket != nullptr) {
    ticket->stop(StopCause::Interrupt);
  }
  handlers_running.fetch_sub(1);
  if (auto* detailed = previous.detailed.load(); detailed != nullptr) {
    detailed(number, info, context);
  } else if (auto* plain = previous.plain.load(); plain != nullptr) {
    plain(number);
  }
  errno = saved_errno;
}

struct sigaction former_action;

bool is_detailed(const struct sigaction& action) {
  return (static_cast<unsigned>(action.sa_flags) & SA_SIGINFO) != 0;
}

bool is_ours(const struct sigaction& action) {
  return is_detailed(action) && action.sa_sigaction == on_interrupt;
}

bool is_handled(const struct sigaction& action) {
  return is_detailed(action) || (action.sa_handler != SIG_DFL && action.sa_handler != SIG_IGN);
}

void remember(const struct sigaction& action) {
  if (is_ours(action)) {  // left by a run that a fork cut off
    return;
  }
  former_action = action;
  previous.detailed.store(is_detailed(action) ? action.sa_sigaction : nullptr);
  previous.plain.store(is_detailed(action) ? nullptr : action.sa_handler);
}

struct sigaction our_action() {
  struct sigaction action{};
  action.sa_sigaction = on_interrupt;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  // Known before ours can run for the first time; later calls find the same handler of Python's.
  struct sigaction present{};
  sigaction(SIGINT, nullptr, &present);
  remember(present);
  return action;
}

bool install() {
  static const struct sigaction ours = our_action();
  struct sigaction replaced{};
  if (sigaction(SIGINT, &ours, &replaced) != 0) {
    return false;
  }
  remember(replaced);
  if (!is_handled(former_action)) {
    sigaction(SIGINT, &former_action, nullptr);
    return false;
  }
  return true;
}

}  // namespace

bool begin_interruptible(RunTicket& ticket) {
  const std::uint64_t us = process_generation() + 1;
  std::uint64_t owner = taken_by.load(std::memory_order_relaxed);
  if (owner == us || !taken_by.compare_exchange_strong(owner, us, std::memory_order_acquire)) {
    return false;
  }
  interruptible_ticket.store(&ticket, std::memory_order_release);
  if (!install()) {
    interruptible_ticket.store(nullptr, std::memory_order_release);
    taken_by.store(0, std::memory_order_release);
    return false;
  }
  return true;
}

void end_interruptible() noexcept {
  sigaction(SIGINT, &former_action, nullptr);
  interruptible_ticket.store(nullptr);
  // A handler on another thread may have read the ticket before.
  while (handlers_running.load() != 0) {
    std::this_thread::yield();
  }
  taken_by.store(0, std::memory_order_release);
}

}  // namespace onnxformers::runtime

#endif
