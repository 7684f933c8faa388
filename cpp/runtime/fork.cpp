#include "runtime/fork.h"

#include <atomic>

#include "base/errors.h"

#ifndef _WIN32
#include <pthread.h>
#endif

namespace onnxformers::runtime {

namespace {

std::atomic<std::uint64_t> generation_count{0};

#ifndef _WIN32
// Registered when the library is loaded: a later registration could miss a fork.
const int kRegistered = pthread_atfork(nullptr, nullptr, [] { ++generation_count; });
#endif

}  // namespace

std::uint64_t process_generation() noexcept {
#ifndef _WIN32
  (void)kRegistered;
#endif
  return generation_count.load(std::memory_order_relaxed);
}

void check_generation(std::uint64_t generation, std::string_view where) {
  if (generation != process_generation()) [[unlikely]] {
    fail(ErrorKind::Forked, where,
         "the model was opened before the process forked and its threads did not survive: open the "
         "model after forking");
  }
}

}  // namespace onnxformers::runtime
