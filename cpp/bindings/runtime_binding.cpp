#include "bindings/runtime_binding.h"

#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "bindings/interruptible.h"

namespace onnxformers::bindings {

namespace {

using namespace pybind11::literals;

constexpr const char* kRunBoundDoc =
    "run(self, *, timeout_s: float | None = None, cancel: CancelToken | None = None) -> None\n\n"
    "Run the model on what is bound.";

std::size_t input_index(const runtime::Session& session, const std::string& name) {
  for (std::size_t i = 0; i < session.inputs().size(); ++i) {
    if (session.inputs()[i].name == name) {
      return i;
    }
  }
  fail(ErrorKind::InvalidArgument, "IoBinding", "the model has no input '" + name + "'");
}

}  // namespace

PyIoBinding::PyIoBinding(std::shared_ptr<const OpenModel> model)
    : model_(std::move(model)), binding_(model_->session) {}

void PyIoBinding::bind_input(const std::string& name, const py::object& tensor) {
  FedTensor fed = feed_array(*model_->session, input_index(*model_->session, name), tensor);
  binding_.bind_input(name, fed.value);
  inputs_[name] = std::move(fed);
}

void PyIoBinding::bind_output(const std::string& name, const std::string& device) {
  binding_.bind_output(name, runtime::parse_device(device));
  devices_[name] = device;
}

void PyIoBinding::run(std::optional<double> timeout_s, runtime::CancelToken* cancel) {
  run_interruptibly({.deadline = runtime::deadline_after(timeout_s), .cancel = cancel},
                    [&](const runtime::RunLimits& limits) { return binding_.run(limits); });
}

py::typing::List<py::object> PyIoBinding::outputs() const {
  std::vector<runtime::Handle<ort::Value>> values;
  {
    const GilRelease release;
    values = binding_.outputs();
  }
  py::typing::List<py::object> result;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string& name = binding_.output_name(i);
    if (runtime::is_on_cpu(values[i].get())) {
      result.append(to_array(std::move(values[i]), name));
    } else {
      result.append(DeviceTensor{.value = std::move(values[i]), .device = devices_.at(name)});
    }
  }
  return result;
}

void PyIoBinding::clear() {
  binding_.clear();
  inputs_.clear();
  devices_.clear();
}

void bind_io_binding(py::module_& m, py::class_<PySession>& session) {
  py::class_<DeviceTensor>(
      m, "DeviceTensor", "A tensor in the memory of a device; bind it as an input of another run.")
      .def_readonly("device", &DeviceTensor::device)
      .def_property_readonly("dtype",
                             [](const DeviceTensor& self) {
                               const auto view = runtime::view_tensor(self.value.get(), "output");
                               return std::string(runtime::element_type(view.type).name);
                             })
      .def_property_readonly("shape", [](const DeviceTensor& self) {
        const auto view = runtime::view_tensor(self.value.get(), "output");
        return py::typing::Tuple<py::int_, py::ellipsis>(
            py::tuple(py::cast(std::vector<std::int64_t>(view.shape.begin(), view.shape.end()))));
      });
  py::class_<PyIoBinding> binding(
      m, "IoBinding", "Inputs and outputs that stay bound between runs; for one thread at a time.");
  {
    // pybind11 would not say that the token may be None.
    py::options options;
    options.disable_function_signatures();
    binding.def("run", &PyIoBinding::run, py::kw_only(), "timeout_s"_a = py::none(),
                "cancel"_a = py::none(), kRunBoundDoc);
  }
  binding
      .def("bind_input", &PyIoBinding::bind_input, "name"_a, "tensor"_a,
           "Read an array, or a DeviceTensor, in each run.")
      .def("bind_output", &PyIoBinding::bind_output, "name"_a, "device"_a = "cpu",
           R"(Leave an output on a device: "cpu", "cuda:0".)")
      .def("outputs", &PyIoBinding::outputs,
           "Outputs of the last run in the order of binding: arrays, or DeviceTensors.")
      .def("clear", &PyIoBinding::clear, "Forget all that is bound.");
  session.def(
      "io_binding",
      [](const PySession& self) { return std::make_unique<PyIoBinding>(self.model()); },
      "A new binding of inputs and outputs.");
}

}  // namespace onnxformers::bindings
