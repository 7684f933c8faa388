#include "runtime/watchdog.h"

#include <atomic>
#include <thread>

#include "runtime/fork.h"

#ifndef _WIN32
#include <csignal>
#endif

namespace onnxformers::runtime {

namespace {

/// Starts a thread that takes no signals: those belong to the threads of the program.
template <typename Body>
void start_detached(Body body) {
#ifdef _WIN32
  std::thread(body).detach();
#else
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::thread(body).detach();
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
#endif
}

}  // namespace

Watchdog& Watchdog::instance() {
  static std::atomic<Watchdog*> current{nullptr};
  Watchdog* found = current.load(std::memory_order_acquire);
  const std::uint64_t generation = process_generation();
  if (found != nullptr && found->generation_ == generation) {
    return *found;
  }
  auto* made = new Watchdog(generation);  // NOLINT(cppcoreguidelines-owning-memory): never freed
  if (current.compare_exchange_strong(found, made, std::memory_order_acq_rel)) {
    return *made;
  }
  delete made;  // NOLINT(cppcoreguidelines-owning-memory): another thread was first
  return *found;
}

void Watchdog::add(Clock::time_point deadline, RunTicket* ticket) {
  const std::scoped_lock lock(mutex_);
  if (!is_started_) {
    start_detached([this] { watch(); });
    is_started_ = true;
  }
  const auto position = waiting_.emplace(deadline, ticket);
  if (position == waiting_.begin()) {
    changed_.notify_one();
  }
}

void Watchdog::remove(RunTicket* ticket) noexcept {
  const std::scoped_lock lock(mutex_);
  std::erase_if(waiting_, [ticket](const auto& entry) { return entry.second == ticket; });
}

void Watchdog::watch() {
  std::unique_lock lock(mutex_);
  for (;;) {
    if (waiting_.empty()) {
      changed_.wait(lock);
      continue;
    }
    const auto first = waiting_.begin();
    if (first->first > Clock::now()) {
      // A copy: the entry may be gone when the wait ends.
      const Clock::time_point deadline = first->first;
      changed_.wait_until(lock, deadline);
      continue;
    }
    first->second->stop(StopCause::Timeout);
    waiting_.erase(first);
  }
}

}  // namespace onnxformers::runtime
