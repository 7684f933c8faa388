#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace onnxformers {

/// What went wrong; bindings/errors.cpp maps each kind to one class of onnxformers.errors.
enum class ErrorKind : std::uint8_t {
  Internal,
  InvalidArgument,  ///< the value of an argument cannot be accepted
  InvalidType,      ///< the type of an argument cannot be accepted
  FileFormat,       ///< a file is broken, hostile, or asks for something unknown
  MissingFile,
  RuntimeLibrary,  ///< ONNX Runtime is not there or cannot be loaded
  Provider,        ///< an execution provider is not there or cannot be used
  Session,         ///< ONNX Runtime failed to open or run a model
  Timeout,
  Cancelled,
  Forked,  ///< an object made before fork() was used in the child
  Closed,  ///< an object was used after close()
};

/// The one exception the core throws. The message begins with the place: "[WordPiece] ...".
class Error : public std::runtime_error {
 public:
  Error(ErrorKind kind, const std::string& message) : std::runtime_error(message), kind_(kind) {}
  [[nodiscard]] ErrorKind kind() const noexcept { return kind_; }

 private:
  ErrorKind kind_;
};

/// Throws Error with the message "[where] what".
[[noreturn]] void fail(ErrorKind kind, std::string_view where, std::string_view what);

}  // namespace onnxformers
