#include <atomic>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

#include "base/parallel.h"
#include "check.h"

using onnxformers::parallel_for;

TEST(every_index_is_visited_once) {
  for (const std::size_t count : {0U, 1U, 2U, 3U, 7U, 64U, 1000U, 12345U}) {
    for (const unsigned threads : {0U, 1U, 2U, 3U, 8U, 33U}) {
      std::vector<std::atomic<int>> visits(count);
      parallel_for(count, threads, [&](std::size_t begin, std::size_t end) {
        CHECK(begin < end && end <= count);
        for (std::size_t i = begin; i < end; ++i) {
          ++visits[i];
        }
      });
      for (const auto& visit : visits) {
        CHECK_EQUAL(visit.load(), 1);
      }
    }
  }
}

TEST(one_thread_or_one_item_runs_on_the_caller_in_one_piece) {
  const auto caller = std::this_thread::get_id();
  int calls = 0;
  const auto body = [&](std::size_t begin, std::size_t) {
    CHECK(std::this_thread::get_id() == caller);
    CHECK_EQUAL(begin, 0U);
    ++calls;
  };
  parallel_for(1000, 1, body);
  parallel_for(1000, 0, body);
  parallel_for(1, 16, body);
  CHECK_EQUAL(calls, 3);
}

TEST(items_are_worked_on_at_the_same_time) {
  // Each of two items waits for the other: it can only end when both run.
  std::atomic<int> arrived = 0;
  parallel_for(2, 2, [&](std::size_t, std::size_t) {
    ++arrived;
    while (arrived < 2) {
      std::this_thread::yield();
    }
  });
  CHECK_EQUAL(arrived.load(), 2);
}

TEST(an_exception_reaches_the_caller_and_drops_what_has_not_begun) {
  std::atomic<std::size_t> done = 0;
  bool thrown = false;
  try {
    parallel_for(1'000'000, 4, [&](std::size_t begin, std::size_t end) {
      if (begin == 0) {
        throw std::out_of_range("the first range");
      }
      std::this_thread::yield();
      done += end - begin;
    });
  } catch (const std::out_of_range& e) {
    thrown = std::string(e.what()) == "the first range";
  }
  CHECK(thrown);
  CHECK(done < 1'000'000);
}

TEST(only_one_of_many_exceptions_is_rethrown) {
  for (int i = 0; i < 50; ++i) {
    bool thrown = false;
    try {
      parallel_for(64, 8, [](std::size_t, std::size_t) { throw std::runtime_error("each"); });
    } catch (const std::runtime_error&) {
      thrown = true;
    }
    CHECK(thrown);
  }
}

TEST(calls_may_nest) {
  std::atomic<int> sum = 0;
  parallel_for(4, 4, [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      parallel_for(10, 2, [&](std::size_t b, std::size_t e) { sum += static_cast<int>(e - b); });
    }
  });
  CHECK_EQUAL(sum.load(), 40);
}

TEST(both_of_two_are_called_once) {
  for (const unsigned threads : {1U, 2U}) {
    int first = 0;
    int second = 0;
    onnxformers::call_both(threads, [&] { ++first; }, [&] { ++second; });
    CHECK_EQUAL(first, 1);
    CHECK_EQUAL(second, 1);
  }
}
