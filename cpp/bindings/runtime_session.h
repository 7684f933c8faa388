#pragma once

#include "bindings/module.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "runtime/session.h"

namespace onnxformers::bindings {

/// Names of a session's inputs or outputs, as Python objects for the look-up and as the pointers
/// ONNX Runtime wants.
struct NodeNames {
  explicit NodeNames(const std::vector<runtime::NodeInfo>& nodes);
  std::vector<py::str> objects;
  std::vector<const char*> pointers;
};

/// An open model and what a run needs beside it. Kept alive by each running call.
struct OpenModel {
  OpenModel(std::shared_ptr<const runtime::Session> opened, py::object memory);
  std::shared_ptr<const runtime::Session> session;
  NodeNames inputs;
  NodeNames outputs;
  py::object keep_alive;  ///< buffers that the session reads while it lives
};

/// onnxformers._native.runtime.Session: a model that can be closed.
class PySession {
 public:
  PySession(const py::object& model, const py::kwargs& options);

  /// Throws Closed.
  [[nodiscard]] std::shared_ptr<const OpenModel> model() const;
  void close();
  [[nodiscard]] bool is_closed() const;

  [[nodiscard]] py::list run(const py::object& feeds, const py::object& outputs,
                             std::optional<double> timeout_s, runtime::CancelToken* cancel) const;

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const OpenModel> model_;
};

}  // namespace onnxformers::bindings
