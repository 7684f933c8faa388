#include "runtime/run_ticket.h"

#include <chrono>
#include <thread>

#include "runtime/fork.h"

namespace onnxformers::runtime {

namespace {

std::atomic<RunTicket*> all_tickets{nullptr};
std::atomic<bool> ending{false};

}  // namespace

/// Gives a thread's ticket back to the list when the thread ends.
class ThreadTicket {
 public:
  ThreadTicket() = default;
  ThreadTicket(const ThreadTicket&) = delete;
  ThreadTicket& operator=(const ThreadTicket&) = delete;
  ThreadTicket(ThreadTicket&&) = delete;
  ThreadTicket& operator=(ThreadTicket&&) = delete;
  ~ThreadTicket() {
    if (ticket_ != nullptr) {
      ticket_->is_owned_.store(false, std::memory_order_release);
    }
  }
  RunTicket& get() {
    if (ticket_ == nullptr || ticket_->running_in_.load(std::memory_order_relaxed) != 0) {
      ticket_ = RunTicket::claim();
    }
    return *ticket_;
  }

 private:
  RunTicket* ticket_ = nullptr;
};

RunTicket::RunTicket()
    : options_(make_handle<ort::RunOptions>("runtime", api().CreateRunOptions)) {}

RunTicket* RunTicket::claim() {
  for (RunTicket* ticket = all_tickets.load(std::memory_order_acquire); ticket != nullptr;
       ticket = ticket->next_) {
    if (!ticket->is_owned_.exchange(true, std::memory_order_acq_rel)) {
      return ticket;
    }
  }
  auto* made = new RunTicket();  // NOLINT(cppcoreguidelines-owning-memory): never freed
  made->next_ = all_tickets.load(std::memory_order_relaxed);
  while (!all_tickets.compare_exchange_weak(made->next_, made, std::memory_order_acq_rel)) {
  }
  return made;
}

RunTicket& RunTicket::begin() {
  thread_local ThreadTicket mine;
  RunTicket& ticket = mine.get();
  ticket.reset();
  // In one order for all threads with the flag and the list in end_all_runs.
  ticket.running_in_.store(process_generation() + 1);
  if (ending.load()) {
    ticket.end();
    wait_for_the_end();
  }
  return ticket;
}

void RunTicket::end() noexcept { running_in_.store(0, std::memory_order_release); }

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

void end_all_runs(double patience_s) noexcept {
  using Clock = std::chrono::steady_clock;
  ending.store(true);
  const auto until = Clock::now() + std::chrono::duration<double>(patience_s);
  const std::uint64_t us = process_generation() + 1;
  for (RunTicket* ticket = all_tickets.load(); ticket != nullptr; ticket = ticket->next_) {
    if (ticket->running_in_.load() == us) {
      ticket->stop(StopCause::Exit);
    }
    while (ticket->running_in_.load() == us && Clock::now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
}

bool is_ending() noexcept { return ending.load(std::memory_order_relaxed); }

void wait_for_the_end() noexcept {
  for (;;) {
    std::this_thread::sleep_for(std::chrono::hours(1));
  }
}

}  // namespace onnxformers::runtime
