#pragma once

#include "bindings/module.h"

#ifdef __GLIBC__
#include <cxxabi.h>
#endif

#include "runtime/run_ticket.h"

namespace onnxformers::bindings {

/// Lets other Python threads run until the end of the scope.
///
/// A daemon thread that asks for the GIL of an interpreter which has begun to shut down is ended
/// there: before Python 3.14 by pthread_exit, which glibc carries out by unwinding the stack.
/// pybind11's guard takes the GIL back in a destructor that must not throw, so the whole process
/// would abort. Here the thread sleeps until the process is gone, as Python 3.14 itself has it.
class GilRelease {
 public:
  GilRelease() : state_(PyEval_SaveThread()) {}
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;
  ~GilRelease() {
    if (runtime::is_ending()) {
      runtime::wait_for_the_end();
    }
#ifdef __GLIBC__
    try {
      PyEval_RestoreThread(state_);
    } catch (const abi::__forced_unwind&) {
      runtime::wait_for_the_end();
    }
#else
    PyEval_RestoreThread(state_);
#endif
  }

 private:
  PyThreadState* state_;
};

}  // namespace onnxformers::bindings
