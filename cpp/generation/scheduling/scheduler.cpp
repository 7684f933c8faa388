#include "generation/scheduling/scheduler.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/errors.h"

namespace onnxformers::generation {

namespace {

constexpr std::string_view kPlace = "GenerationQueue";

}  // namespace

void Scheduler::check(const Request& request) const {
  check_row_search(request.parts(), request.prompts());
  const BatchLimits& limits = batch_.limits();
  const std::size_t rows = request.rows();
  if (rows > limits.rows || rows * request.longest() > limits.tokens) {
    fail(ErrorKind::InvalidArgument, kPlace,
         "the request has " + std::to_string(rows) + " rows of up to " +
             std::to_string(request.longest()) + " tokens; at most " + std::to_string(limits.rows) +
             " rows and " + std::to_string(limits.tokens) +
             " tokens run at a time (max_rows, max_tokens)");
  }
}

bool Scheduler::submit(std::unique_ptr<Request> request) {
  check(*request);
  const std::scoped_lock lock(mutex_);
  if (is_closed_) {
    fail(ErrorKind::Closed, kPlace, "the queue was closed");
  }
  if (waiting_.size() >= most_waiting_) {
    return false;
  }
  waiting_.push_back(std::move(request));
  changed_.notify_one();
  return true;
}

void Scheduler::run() {
  while (wait()) {
    drop_stopped();
    batch_.admit(take());
    batch_.step();
    const std::scoped_lock lock(mutex_);
    running_ = batch_.requests();
  }
}

void Scheduler::close() {
  const std::scoped_lock lock(mutex_);
  is_closed_ = true;
  changed_.notify_all();
}

Scheduler::Load Scheduler::load() const {
  const std::scoped_lock lock(mutex_);
  return {.running = running_, .waiting = waiting_.size()};
}

/// Until there is something to do. Returns false at the end.
bool Scheduler::wait() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !batch_.empty() || !waiting_.empty() || is_closed_; });
  return !batch_.empty() || !waiting_.empty();
}

/// Those that come next and fit.
Scheduler::Requests Scheduler::take() {
  const std::scoped_lock lock(mutex_);
  Requests taken;
  while (!waiting_.empty() && batch_.has_room(*waiting_.front(), taken)) {
    taken.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  running_ += taken.size();
  return taken;
}

/// Requests may be stopped while they wait.
void Scheduler::drop_stopped() {
  Requests stopped;
  std::vector<std::exception_ptr> errors;
  {
    const std::scoped_lock lock(mutex_);
    for (auto& request : waiting_) {
      try {
        request->check();
      } catch (...) {
        errors.push_back(std::current_exception());
        stopped.push_back(std::move(request));
      }
    }
    std::erase(waiting_, nullptr);
  }
  // Whoever hears of it may submit another.
  for (std::size_t i = 0; i < stopped.size(); ++i) {
    stopped[i]->fail(errors[i]);
  }
}

}  // namespace onnxformers::generation
