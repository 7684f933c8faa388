#include "runtime/handles.h"

#include "runtime/env.h"

namespace onnxformers::runtime {

namespace {

ErrorKind kind_of(ort::ErrorCode code, ErrorKind otherwise) {
  switch (code) {
    case ort::ErrorCode::NoSuchFile:
      return ErrorKind::MissingFile;
    case ort::ErrorCode::NoModel:
    case ort::ErrorCode::InvalidProtobuf:
    case ort::ErrorCode::InvalidGraph:
      return ErrorKind::FileFormat;
    default:
      return otherwise;
  }
}

}  // namespace

Failure take_failure(ort::Status* status) {
  const ort::Api& table = api();
  Failure failure{.code = table.GetErrorCode(status), .text = table.GetErrorMessage(status)};
  table.ReleaseStatus(status);
  return failure;
}

void fail_with(const Failure& failure, std::string_view where, ErrorKind otherwise) {
  fail(kind_of(failure.code, otherwise), where,
       "ONNX Runtime says: " + failure.text + " (code " +
           std::to_string(static_cast<int>(failure.code)) + ")");
}

void FreeAllocated::operator()(void* memory) const noexcept {
  if (ort::Status* status = api().AllocatorFree(default_allocator(), memory); status != nullptr) {
    api().ReleaseStatus(status);
  }
}

}  // namespace onnxformers::runtime
