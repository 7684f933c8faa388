#include <cmath>
#include <limits>
#include <thread>

#include "check.h"
#include "runtime/fake_table.h"
#include "runtime/run_control.h"
#include "runtime/watchdog.h"

using namespace onnxformers;           // NOLINT(google-build-using-namespace)
using namespace onnxformers::check;    // NOLINT(google-build-using-namespace)
using namespace onnxformers::runtime;  // NOLINT(google-build-using-namespace)
using namespace std::chrono_literals;

namespace {

/// Stands for a run: waits until its options are terminated, or for as long as it takes.
StopCause run(const RunLimits& limits, std::chrono::milliseconds length = 20s) {
  RunScope scope(limits);
  const auto until = Clock::now() + length;
  while (!scope.options()->is_terminated && Clock::now() < until) {
    std::this_thread::sleep_for(1ms);
  }
  return scope.finish();
}

RunLimits with_timeout(double seconds) { return {.deadline = deadline_after(seconds)}; }

}  // namespace

TEST(a_run_without_limits_is_left_alone) {
  fake_table();
  CHECK(run({}, 5ms) == StopCause::None);
}

TEST(a_deadline_stops_the_run_and_the_next_one_starts_afresh) {
  fake_table();
  for (int i = 0; i < 3; ++i) {
    CHECK(run(with_timeout(0.02)) == StopCause::Timeout);
    CHECK(run({}, 5ms) == StopCause::None);
    CHECK(run(with_timeout(60), 5ms) == StopCause::None);
  }
}

TEST(earlier_and_later_deadlines_keep_their_order) {
  fake_table();
  std::vector<std::thread> threads;
  std::atomic<int> right{0};
  for (const int wait : {80, 20, 60, 40, 20}) {
    threads.emplace_back([wait, &right] {
      const auto start = Clock::now();
      const bool stopped = run(with_timeout(wait / 1000.0)) == StopCause::Timeout;
      right += stopped && Clock::now() - start >= std::chrono::milliseconds(wait) ? 1 : 0;
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK_EQUAL(right.load(), 5);
}

TEST(a_limit_that_is_reached_already_refuses_the_run) {
  fake_table();
  CHECK_ERROR(ErrorKind::Timeout, "timeout_s", run(with_timeout(0)));
  CHECK_ERROR(ErrorKind::Timeout, "timeout_s", run(with_timeout(-3)));
  CancelToken token;
  token.cancel();
  CHECK(token.cancelled());
  CHECK_ERROR(ErrorKind::Cancelled, "cancelled", run({.cancel = &token}));
  CHECK_ERROR(ErrorKind::InvalidArgument, "NaN", deadline_after(std::nan("")));
  CHECK(!deadline_after(std::nullopt));
  CHECK(!deadline_after(std::numeric_limits<double>::infinity()));
}

TEST(a_token_stops_every_run_that_it_was_given_to) {
  fake_table();
  CancelToken token;
  std::atomic<int> cancelled{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      try {
        cancelled += run({.cancel = &token}) == StopCause::Cancel ? 1 : 0;
      } catch (const Error& error) {
        cancelled += error.kind() == ErrorKind::Cancelled ? 1 : 0;
      }
    });
  }
  std::this_thread::sleep_for(10ms);
  token.cancel();
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK_EQUAL(cancelled.load(), 4);
}

TEST(the_first_cause_wins) {
  fake_table();
  RunTicket& ticket = RunTicket::begin();
  ticket.stop(StopCause::Cancel);
  ticket.stop(StopCause::Timeout);
  CHECK(ticket.cause() == StopCause::Cancel);
  ticket.end();
}

TEST(a_run_inside_a_run_has_its_own_ticket) {
  fake_table();
  const RunScope outer({});
  RunScope inner({});
  CHECK(outer.options() != inner.options());
}

TEST(threads_that_end_leave_their_tickets_to_others) {
  fake_table();
  const ort::RunOptions* first = nullptr;
  const ort::RunOptions* second = nullptr;
  std::thread([&] { first = RunScope({}).options(); }).join();
  std::thread([&] { second = RunScope({}).options(); }).join();
  CHECK(first == second);
}

TEST(many_threads_start_and_stop_runs_at_once) {
  fake_table();
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&wrong, t] {
      for (int i = 0; i < 50; ++i) {
        const bool short_one = (i + t) % 2 == 0;
        const auto cause = short_one ? run(with_timeout(0.002)) : run(with_timeout(30), 1ms);
        wrong += cause == (short_one ? StopCause::Timeout : StopCause::None) ? 0 : 1;
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  CHECK_EQUAL(wrong.load(), 0);
}
