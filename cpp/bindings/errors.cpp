#include "base/errors.h"

#include "bindings/module.h"

#include <string_view>

namespace onnxformers::bindings {

namespace {

/// The class of onnxformers.errors that stands for a kind.
const char* python_class(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::InvalidArgument:
      return "InvalidArgumentError";
    case ErrorKind::InvalidType:
      return "InvalidTypeError";
    case ErrorKind::FileFormat:
      return "FileFormatError";
    case ErrorKind::MissingFile:
      return "MissingFileError";
    case ErrorKind::RuntimeLibrary:
      return "RuntimeLibraryError";
    case ErrorKind::Provider:
      return "ProviderError";
    case ErrorKind::Session:
      return "SessionError";
    case ErrorKind::Timeout:
      return "RunTimeoutError";
    case ErrorKind::Cancelled:
      return "RunCancelledError";
    case ErrorKind::Forked:
      return "ForkError";
    case ErrorKind::Closed:
      return "ClosedError";
    case ErrorKind::Internal:
      break;
  }
  return "OnnxformersError";
}

}  // namespace

void bind_errors() {
  // pybind11 fixes the by-value signature.
  // NOLINTNEXTLINE(performance-unnecessary-value-param)
  py::register_local_exception_translator([](std::exception_ptr error) {
    try {
      if (error) {
        std::rethrow_exception(error);
      }
    } catch (const Error& e) {
      const py::object type =
          py::module_::import("onnxformers.errors").attr(python_class(e.kind()));
      // A message may quote a model file or ONNX Runtime: bytes that need not be UTF-8.
      const std::string_view what = e.what();
      const auto message = py::reinterpret_steal<py::object>(PyUnicode_DecodeUTF8(
          what.data(), static_cast<py::ssize_t>(what.size()), "backslashreplace"));
      if (message) {
        py::set_error(type, message);
      }
    }
  });
}

}  // namespace onnxformers::bindings
