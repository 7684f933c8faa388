#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "generation/scheduling/row_batch.h"

namespace onnxformers::generation {

/// Requests of any threads, run as one batch on the thread that calls `run`. They begin in the
/// order in which they came, as soon as there is room.
class Scheduler {
 public:
  /// @param waiting requests that may wait.
  Scheduler(RowBatch::OpenModel open, const BatchLimits& limits, std::size_t waiting)
      : batch_(std::move(open), limits), most_waiting_(waiting) {}

  /// Returns whether there is a place for it. Throws InvalidArgument for what can never run, Closed
  /// after `close`. Nobody hears of a request that was not taken.
  [[nodiscard]] bool submit(std::unique_ptr<Request> request);

  /// Runs requests until the end: that of `close`, and of the requests there were then.
  void run();

  /// Takes no further requests.
  void close();

  struct Load {
    std::size_t running = 0;
    std::size_t waiting = 0;
  };
  [[nodiscard]] Load load() const;

 private:
  using Requests = std::vector<std::unique_ptr<Request>>;

  void check(const Request& request) const;
  [[nodiscard]] bool wait();
  [[nodiscard]] Requests take();
  void drop_stopped();

  RowBatch batch_;
  std::size_t most_waiting_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::unique_ptr<Request>> waiting_;
  std::size_t running_ = 0;
  bool is_closed_ = false;
};

}  // namespace onnxformers::generation
