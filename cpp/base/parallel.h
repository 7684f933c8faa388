#pragma once

#include <cstddef>
#include <functional>

namespace onnxformers {

/// Work on the half-open range [begin, end).
using RangeBody = std::function<void(std::size_t begin, std::size_t end)>;

/// Calls body on ranges that together cover [0, count) once, on up to `threads` threads of which
/// the caller is one; returns when all is done. Threads live for the call only, so there is nothing
/// to break at fork() or at exit. With threads <= 1 or count <= 1 body(0, count) runs on the
/// caller; count == 0 calls nothing. Ranges are handed out as threads become free: which thread
/// gets which, and how long they are, must not matter to the result.
///
/// The first exception of a body is rethrown; ranges not yet begun are then dropped. When the
/// system gives fewer threads than asked, those it gave do the work.
void parallel_for(std::size_t count, unsigned threads, const RangeBody& body);

/// Calls both in turn, or side by side on two threads.
template <typename First, typename Second>
void call_both(unsigned threads, const First& first, const Second& second) {
  parallel_for(2, threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      i == 0 ? first() : second();
    }
  });
}

}  // namespace onnxformers
