#pragma once

// A function table that stands in for ONNX Runtime: the tests of what we do around it need no
// library and run under the sanitizers.

#include <atomic>
#include <string>
#include <vector>

#include "runtime/api.h"

namespace ort {

struct RunOptions {
  std::atomic<bool> is_terminated{false};
};

struct Status {
  ErrorCode code;
  std::string text;
};

struct SessionOptions {
  std::vector<std::string> appended;
};

}  // namespace ort

namespace onnxformers::check {

inline ort::Api make_fake_table() {
  ort::Api table{};
  table.GetErrorCode = [](const ort::Status* status) { return status->code; };
  table.GetErrorMessage = [](const ort::Status* status) { return status->text.c_str(); };
  table.ReleaseStatus = [](ort::Status* status) { delete status; };
  table.CreateRunOptions = [](ort::RunOptions** out) -> ort::Status* {
    *out = new ort::RunOptions;
    return nullptr;
  };
  table.ReleaseRunOptions = [](ort::RunOptions* options) { delete options; };
  table.RunOptionsSetTerminate = [](ort::RunOptions* options) -> ort::Status* {
    options->is_terminated = true;
    return nullptr;
  };
  table.RunOptionsUnsetTerminate = [](ort::RunOptions* options) -> ort::Status* {
    options->is_terminated = false;
    return nullptr;
  };
  table.GetAvailableProviders = [](char*** names, int* count) -> ort::Status* {
    static std::string cuda = "CUDAExecutionProvider";
    static std::string xnnpack = "XnnpackExecutionProvider";
    static std::string cpu = "CPUExecutionProvider";
    static char* all[] = {cuda.data(), xnnpack.data(), cpu.data()};
    *names = all;
    *count = 3;
    return nullptr;
  };
  table.ReleaseAvailableProviders = [](char**, int) -> ort::Status* { return nullptr; };
  return table;
}

/// Installs the table; call it first in each test.
inline ort::Api& fake_table() {
  static ort::Api table = make_fake_table();
  static const runtime::Library library{"/fake", "1.31.0", 31, "fake", &table};
  runtime::detail::loaded = &library;
  return table;
}

}  // namespace onnxformers::check
