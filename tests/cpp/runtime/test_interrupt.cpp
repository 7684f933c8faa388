#include <chrono>
#include <csignal>
#include <thread>

#include "check.h"
#include "runtime/fake_table.h"
#include "runtime/interrupt.h"
#include "runtime/run_control.h"

#ifndef _WIN32

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace onnxformers;           // NOLINT(google-build-using-namespace)
using namespace onnxformers::check;    // NOLINT(google-build-using-namespace)
using namespace onnxformers::runtime;  // NOLINT(google-build-using-namespace)

namespace {

std::atomic<int> plain_calls{0};
std::atomic<int> detailed_calls{0};

void plain_handler(int /*number*/) { ++plain_calls; }
void detailed_handler(int number, siginfo_t* info, void* /*context*/) {
  detailed_calls += number == SIGINT && info != nullptr ? 1 : 0;
}

struct sigaction present() {
  struct sigaction action{};
  sigaction(SIGINT, nullptr, &action);
  return action;
}

}  // namespace

TEST(the_former_handler_is_called_and_put_back) {
  fake_table();
  std::signal(SIGINT, plain_handler);
  for (int i = 1; i <= 3; ++i) {
    RunScope scope({.is_interruptible = true});
    CHECK(present().sa_handler != plain_handler);
    raise(SIGINT);
    CHECK(scope.options()->is_terminated.load());
    CHECK(scope.finish() == StopCause::Interrupt);
    CHECK(present().sa_handler == plain_handler);
    CHECK_EQUAL(plain_calls.load(), i);
  }
  RunScope after({});
  CHECK(!after.options()->is_terminated.load());
}

TEST(handlers_that_take_details_get_them) {
  fake_table();
  struct sigaction action{};
  action.sa_sigaction = detailed_handler;
  action.sa_flags = SA_SIGINFO;
  sigaction(SIGINT, &action, nullptr);
  RunScope scope({.is_interruptible = true});
  raise(SIGINT);
  CHECK(scope.finish() == StopCause::Interrupt);
  CHECK_EQUAL(detailed_calls.load(), 1);
  CHECK(present().sa_sigaction == detailed_handler);
}

TEST(nothing_is_installed_when_nobody_listens) {
  fake_table();
  for (auto* disposition : {SIG_IGN, SIG_DFL}) {
    std::signal(SIGINT, disposition);
    RunScope scope({.is_interruptible = true});
    CHECK(present().sa_handler == disposition);
    CHECK(scope.finish() == StopCause::None);
    CHECK(present().sa_handler == disposition);
  }
}

TEST(a_second_run_at_the_same_time_is_not_interruptible) {
  fake_table();
  std::signal(SIGINT, plain_handler);
  RunScope first({.is_interruptible = true});
  RunScope second({.is_interruptible = true});
  raise(SIGINT);
  CHECK(second.finish() == StopCause::None);
  CHECK(first.finish() == StopCause::Interrupt);
  CHECK(present().sa_handler == plain_handler);
}

TEST(a_signal_on_another_thread_does_not_outlive_the_run) {
  fake_table();
  std::signal(SIGINT, plain_handler);
  std::atomic<bool> done{false};
  std::thread sender([&] {
    while (!done) {
      pthread_kill(pthread_self(), SIGINT);
    }
  });
  for (int i = 0; i < 200; ++i) {
    RunScope scope({.is_interruptible = true});
    const StopCause cause = scope.finish();
    CHECK(cause == StopCause::None || cause == StopCause::Interrupt);
    RunScope next({});
    CHECK(!next.options()->is_terminated.load());
  }
  done = true;
  sender.join();
}

#ifndef __SANITIZE_THREAD__

TEST(a_child_forked_during_a_run_can_be_interrupted_itself) {
  fake_table();
  std::signal(SIGINT, plain_handler);
  RunScope scope({.is_interruptible = true});
  const pid_t child = fork();
  if (child == 0) {
    RunScope own({.is_interruptible = true});
    raise(SIGINT);
    const bool is_stopped = own.finish() == StopCause::Interrupt;
    _exit(is_stopped && present().sa_handler == plain_handler ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  CHECK_EQUAL(status, 0);
}

#endif
#endif
