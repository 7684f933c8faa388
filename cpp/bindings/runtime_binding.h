#pragma once

#include "bindings/module.h"

#include <map>
#include <memory>
#include <optional>
#include <string>

#include <pybind11/typing.h>

#include "bindings/runtime_arrays.h"
#include "bindings/runtime_session.h"
#include "runtime/io_binding.h"

namespace onnxformers::bindings {

/// onnxformers._native.runtime.IoBinding.
class PyIoBinding {
 public:
  explicit PyIoBinding(std::shared_ptr<const OpenModel> model);
  void bind_input(const std::string& name, const py::object& tensor);
  void bind_output(const std::string& name, const std::string& device);
  void run(std::optional<double> timeout_s, runtime::CancelToken* cancel);
  /// Arrays; a DeviceTensor for what lies elsewhere.
  [[nodiscard]] py::typing::List<py::object> outputs() const;
  void clear();

 private:
  std::shared_ptr<const OpenModel> model_;
  std::map<std::string, FedTensor> inputs_;  ///< what the binding reads; goes after it
  std::map<std::string, std::string> devices_;
  runtime::IoBinding binding_;
};

void bind_io_binding(py::module_& m, py::class_<PySession>& session);

}  // namespace onnxformers::bindings
