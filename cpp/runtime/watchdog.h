#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>

#include "runtime/run_control.h"

namespace onnxformers::runtime {

/// One thread that stops runs at their deadlines. It starts with the first deadline, is never
/// joined (it waits on memory that is never freed, so the process may end under it), and a forked
/// child gets a new one.
class Watchdog {
 public:
  static Watchdog& instance();
  void add(Clock::time_point deadline, RunTicket* ticket);
  void remove(RunTicket* ticket) noexcept;

 private:
  explicit Watchdog(std::uint64_t generation) : generation_(generation) {}
  [[noreturn]] void watch();

  const std::uint64_t generation_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::multimap<Clock::time_point, RunTicket*> waiting_;
  bool is_started_ = false;
};

}  // namespace onnxformers::runtime
