#include "base/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace onnxformers {

namespace {

/// Ranges a thread gets on average: enough to even out items of unequal cost.
constexpr std::size_t kRangesPerThread = 8;

class Work {
 public:
  Work(std::size_t count, std::size_t threads, const RangeBody& body)
      : body_(body),
        count_(count),
        step_(std::max<std::size_t>(1, count / (threads * kRangesPerThread))),
        ranges_(((count - 1) / step_) + 1) {}

  void run() noexcept {
    for (std::size_t range = next_++; range < ranges_; range = next_++) {
      const std::size_t begin = range * step_;
      try {
        body_(begin, std::min(begin + step_, count_));
      } catch (...) {
        keep(std::current_exception());
      }
    }
  }

  /// After all threads have ended.
  void rethrow() const {
    if (error_) {
      std::rethrow_exception(error_);
    }
  }

 private:
  void keep(std::exception_ptr error) {
    next_ = ranges_;
    const std::scoped_lock lock(mutex_);
    if (!error_) {
      error_ = std::move(error);
    }
  }

  const RangeBody& body_;
  std::size_t count_;
  std::size_t step_;
  std::size_t ranges_;
  std::atomic<std::size_t> next_ = 0;  // each thread steps beyond ranges_ once: no overflow
  std::mutex mutex_;
  std::exception_ptr error_;
};

void start(std::vector<std::thread>& helpers, std::size_t count, Work& work) {
  helpers.reserve(count);
  try {
    while (helpers.size() < count) {
      helpers.emplace_back([&work] { work.run(); });
    }
  } catch (const std::system_error&) {  // a limit on threads: go on with what is there
    return;
  }
}

}  // namespace

void parallel_for(std::size_t count, unsigned threads, const RangeBody& body) {
  if (count == 0) {
    return;
  }
  const std::size_t used = std::min<std::size_t>(threads, count);
  if (used <= 1) {
    body(0, count);
    return;
  }
  Work work(count, used, body);
  std::vector<std::thread> helpers;
  start(helpers, used - 1, work);
  work.run();
  for (std::thread& helper : helpers) {
    helper.join();
  }
  work.rethrow();
}

}  // namespace onnxformers
