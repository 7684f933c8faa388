#include "check.h"
#include "runtime/fake_table.h"
#include "runtime/providers.h"
#include "runtime/session.h"
#include "runtime/wire_writer.h"

using namespace onnxformers;           // NOLINT(google-build-using-namespace)
using namespace onnxformers::check;    // NOLINT(google-build-using-namespace)
using namespace onnxformers::runtime;  // NOLINT(google-build-using-namespace)

namespace ort {
struct CUDAProviderOptionsV2 {
  std::string text;
};
}  // namespace ort

namespace {

/// The CUDA slots of the table: they note the options, or refuse them as a missing library makes
/// them.
void add_cuda(ort::Api& table) {
  table.CreateCUDAProviderOptions = [](ort::CUDAProviderOptionsV2** out) -> ort::Status* {
    *out = new ort::CUDAProviderOptionsV2;
    return nullptr;
  };
  table.ReleaseCUDAProviderOptions = [](ort::CUDAProviderOptionsV2* options) { delete options; };
  table.UpdateCUDAProviderOptions = [](ort::CUDAProviderOptionsV2* options, const char* const* keys,
                                       const char* const* values,
                                       std::size_t count) -> ort::Status* {
    for (std::size_t i = 0; i < count; ++i) {
      if (std::string(keys[i]) == "broken") {
        return new ort::Status{ort::ErrorCode::Fail, "libcublasLt.so.13: cannot open"};
      }
      options->text += std::string(keys[i]) + "=" + values[i];
    }
    return nullptr;
  };
  table.SessionOptionsAppendExecutionProvider_CUDA_V2 =
      [](ort::SessionOptions* options, const ort::CUDAProviderOptionsV2* cuda) -> ort::Status* {
    options->appended.push_back("cuda " + cuda->text);
    return nullptr;
  };
}

/// A release that knows XNNPACK by its short name only.
void add_by_name(ort::Api& table) {
  table.SessionOptionsAppendExecutionProvider =
      [](ort::SessionOptions* options, const char* name, const char* const* /*keys*/,
         const char* const* /*values*/, std::size_t count) -> ort::Status* {
    if (std::string(name) != "XNNPACK") {
      return new ort::Status{ort::ErrorCode::InvalidArgument, "unknown provider"};
    }
    options->appended.push_back("xnnpack " + std::to_string(count));
    return nullptr;
  };
}

std::vector<std::string> append(const std::vector<ProviderSpec>& providers) {
  ort::Api& table = fake_table();
  add_cuda(table);
  add_by_name(table);
  ort::SessionOptions options;
  append_providers(&options, providers);
  return options.appended;
}

}  // namespace

TEST(providers_are_appended_in_order_with_their_options) {
  const auto appended =
      append({{"cuda", {{"device_id", "1"}}}, {"xnnpack", {{"a", "b"}}}, {"cpu", {}}});
  CHECK(appended == (std::vector<std::string>{"cuda device_id=1", "xnnpack 1"}));
  CHECK(append({{"cpu", {}}}).empty());
}

TEST(names_are_taken_in_every_spelling) {
  fake_table();
  for (const std::string name :
       {"cuda", "CUDA", "CUDAExecutionProvider", "cudaexecutionprovider"}) {
    CHECK_EQUAL(provider_name(name), std::string("CUDAExecutionProvider"));
  }
  for (const std::string name : {"xnnpack", "XNNPACK", "XnnpackExecutionProvider"}) {
    CHECK_EQUAL(provider_name(name), std::string("XnnpackExecutionProvider"));
  }
  CHECK_EQUAL(provider_name("nope"), std::string("nopeExecutionProvider"));
}

TEST(a_provider_that_the_build_lacks_is_an_error_that_says_what_to_install) {
  CHECK_ERROR(ErrorKind::Provider, "pip install 'onnxformers[gpu]'", append({{"tensorrt", {}}}));
  CHECK_ERROR(ErrorKind::Provider, "has no CoreMLExecutionProvider (it has CUDAExecutionProvider, ",
              append({{"CoreML", {}}}));
}

TEST(a_provider_that_cannot_be_loaded_gives_the_runtimes_words) {
  CHECK_ERROR(ErrorKind::Provider, "CUDAExecutionProvider cannot be used: libcublasLt.so.13",
              append({{"cuda", {{"broken", "1"}}}}));
}

TEST(nothing_stands_behind_the_cpu) {
  CHECK_ERROR(ErrorKind::InvalidArgument, "put the CPU last", append({{"cpu", {}}, {"cuda", {}}}));
  CHECK_ERROR(ErrorKind::InvalidArgument, "empty", append({}));
}

namespace {

bool has_env = false;

/// What is called before a session is made.
void add_options(ort::Api& table) {
  table.CreateEnv = [](ort::LoggingLevel, const char*, ort::Env**) -> ort::Status* {
    has_env = true;
    return nullptr;
  };
  table.DisableTelemetryEvents = [](const ort::Env*) -> ort::Status* { return nullptr; };
  table.CreateSessionOptions = [](ort::SessionOptions** out) -> ort::Status* {
    *out = new ort::SessionOptions;
    return nullptr;
  };
  table.ReleaseSessionOptions = [](ort::SessionOptions* options) { delete options; };
  const auto take_number = [](ort::SessionOptions*, int) -> ort::Status* { return nullptr; };
  table.SetSessionLogSeverityLevel = take_number;
  table.SetIntraOpNumThreads = take_number;
  table.SetInterOpNumThreads = take_number;
  table.SetSessionGraphOptimizationLevel =
      [](ort::SessionOptions*, ort::GraphOptimizationLevel) -> ort::Status* { return nullptr; };
  table.SetSessionExecutionMode = [](ort::SessionOptions*, ort::ExecutionMode) -> ort::Status* {
    return nullptr;
  };
  table.DisableMemPattern = [](ort::SessionOptions*) -> ort::Status* { return nullptr; };
  table.AddSessionConfigEntry = [](ort::SessionOptions*, const char*, const char*) -> ort::Status* {
    return nullptr;
  };
}

}  // namespace

TEST(the_environment_is_made_before_a_provider_is_loaded) {
  ort::Api& table = fake_table();
  add_cuda(table);
  add_options(table);
  table.UpdateCUDAProviderOptions = [](ort::CUDAProviderOptionsV2*, const char* const*,
                                       const char* const*, std::size_t) -> ort::Status* {
    return new ort::Status{ort::ErrorCode::Fail, has_env ? "environment first" : "no environment"};
  };
  SessionConfig config;
  config.providers = {{"cuda", {}}};
  const std::string model = model_of(bytes_field(2, "g"));
  CHECK_ERROR(ErrorKind::Provider, "environment first",
              Session::open({.path = "", .bytes = model}, config));
}

TEST(results_stay_in_the_memory_of_the_first_provider) {
  const auto device = [](const std::vector<ProviderSpec>& providers) {
    const Device found = memory_device(providers);
    return found.name + ":" + std::to_string(found.id);
  };
  CHECK_EQUAL(device({}), "cpu:0");
  CHECK_EQUAL(device({{.name = "xnnpack", .options = {}}}), "cpu:0");
  CHECK_EQUAL(device({{.name = "CUDA", .options = {}}}), "cuda:0");
  CHECK_EQUAL(device({{.name = "TensorrtExecutionProvider", .options = {{"device_id", "2"}}}}),
              "cuda:2");
}
