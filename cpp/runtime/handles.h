#pragma once

// Owners of ONNX Runtime's handles, and the one place where its statuses become exceptions.

#include <memory>
#include <string>
#include <string_view>

#include "base/errors.h"
#include "runtime/api.h"

namespace onnxformers::runtime {

/// Code and text of a failed call.
struct Failure {
  ort::ErrorCode code = ort::ErrorCode::Ok;
  std::string text;
};

/// Reads and releases a status that is not NULL.
Failure take_failure(ort::Status* status);

/// Throws Error of the kind that fits the code: MissingFile, FileFormat, else `otherwise`.
[[noreturn]] void fail_with(const Failure& failure, std::string_view where,
                            ErrorKind otherwise = ErrorKind::Session);

/// Throws when the status is not NULL, see fail_with.
inline void check(ort::Status* status, std::string_view where) {
  if (status != nullptr) [[unlikely]] {
    fail_with(take_failure(status), where);
  }
}

struct Release {
  void operator()(ort::Session* handle) const noexcept { api().ReleaseSession(handle); }
  void operator()(ort::SessionOptions* handle) const noexcept {
    api().ReleaseSessionOptions(handle);
  }
  void operator()(ort::Value* handle) const noexcept { api().ReleaseValue(handle); }
  void operator()(ort::RunOptions* handle) const noexcept { api().ReleaseRunOptions(handle); }
  void operator()(ort::MemoryInfo* handle) const noexcept { api().ReleaseMemoryInfo(handle); }
  void operator()(ort::IoBinding* handle) const noexcept { api().ReleaseIoBinding(handle); }
  void operator()(ort::TypeInfo* handle) const noexcept { api().ReleaseTypeInfo(handle); }
  void operator()(ort::TensorTypeAndShapeInfo* handle) const noexcept {
    api().ReleaseTensorTypeAndShapeInfo(handle);
  }
  void operator()(ort::ModelMetadata* handle) const noexcept { api().ReleaseModelMetadata(handle); }
  void operator()(ort::ThreadingOptions* handle) const noexcept {
    api().ReleaseThreadingOptions(handle);
  }
  void operator()(ort::CUDAProviderOptionsV2* handle) const noexcept {
    api().ReleaseCUDAProviderOptions(handle);
  }
  void operator()(ort::TensorRTProviderOptionsV2* handle) const noexcept {
    api().ReleaseTensorRTProviderOptions(handle);
  }
};

/// Owner of one handle.
template <typename T>
using Handle = std::unique_ptr<T, Release>;

/// Calls make(&raw) and owns what it wrote: make_handle<ort::RunOptions>("run",
/// api().CreateRunOptions).
template <typename T, typename Make, typename... Arguments>
Handle<T> make_handle(std::string_view where, Make make, Arguments... arguments) {
  T* raw = nullptr;
  check(make(arguments..., &raw), where);
  return Handle<T>(raw);
}

/// Frees what ONNX Runtime allocated with its default allocator.
struct FreeAllocated {
  void operator()(void* memory) const noexcept;
};

/// A string (or array) that ONNX Runtime made with its default allocator.
template <typename T>
using Allocated = std::unique_ptr<T, FreeAllocated>;

}  // namespace onnxformers::runtime
