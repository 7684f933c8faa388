#include <future>
#include <thread>

#include "base/thread_kept.h"
#include "check.h"

using onnxformers::ThreadKept;

namespace {

struct Cache {
  int entries = 0;
};

/// That of a thread which has ended.
Cache* of_a_thread() {
  Cache* cache = nullptr;
  std::thread([&] { cache = &ThreadKept<Cache>::get(); }).join();
  return cache;
}

}  // namespace

TEST(a_thread_takes_over_what_one_left_that_ended) {
  Cache& own = ThreadKept<Cache>::get();
  Cache* const first = of_a_thread();
  first->entries = 7;
  CHECK(first != &own);
  CHECK(of_a_thread() == first);
  CHECK_EQUAL(of_a_thread()->entries, 7);
  CHECK(&ThreadKept<Cache>::get() == &own);
}

TEST(threads_at_the_same_time_have_their_own) {
  struct Other {};
  std::promise<void> taken;
  std::promise<void> compared;
  Other* there = nullptr;
  std::thread thread([&] {
    there = &ThreadKept<Other>::get();
    taken.set_value();
    compared.get_future().wait();
  });
  taken.get_future().wait();
  Other* const here = &ThreadKept<Other>::get();
  compared.set_value();
  thread.join();
  CHECK(here != there);
}
