#include "bindings/module.h"

#include <map>

#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "bindings/gil.h"
#include "bindings/interruptible.h"
#include "bindings/runtime_binding.h"
#include "bindings/runtime_session.h"
#include "runtime/api.h"
#include "runtime/env.h"
#include "runtime/graph_signature.h"
#include "runtime/probe.h"
#include "runtime/providers.h"
#include "runtime/run_ticket.h"

namespace onnxformers::bindings {

namespace {

using namespace pybind11::literals;

// The two signatures are written out for the reader and the stub: the first call takes its keyword
// arguments from a table, the second is narrower than its C++ types say.
constexpr const char* kOpenDoc =
    "__init__(self, model: str | bytes, *, providers: list[tuple[str, dict[str, str]]] = ..., "
    "intra_op_threads: int = 0, inter_op_threads: int = 1, parallel_execution: bool = False, "
    "shared_thread_pool: bool = False, spinning: bool | None = None, "
    "graph_optimization: str = 'all', map_weights: bool = True, memory_arena: bool = True, "
    "memory_pattern: bool | None = None, config_entries: dict[str, str] = ..., "
    "free_dimensions: dict[str, int] = ..., external_data: dict[str, typing.Any] = ..., "
    "optimized_model_path: str | None = None, log_severity: int = 3) -> None\n\n"
    "Open a model file or a model in memory.";
constexpr const char* kRunDoc =
    "run(self, feeds: collections.abc.Mapping[str, typing.Any], "
    "outputs: collections.abc.Sequence[str] | None = None, *, timeout_s: float | None = None, "
    "cancel: CancelToken | None = None) -> list[typing.Any]\n\n"
    "Run the model; arrays in the order of `outputs` (all when None).";

using Facts = py::typing::Dict<py::str, py::object>;
using Shape = py::typing::Tuple<py::typing::Union<py::int_, py::str, py::none>, py::ellipsis>;

py::typing::Optional<Facts> library_facts() {
  const runtime::Library* library = runtime::library();
  if (library == nullptr) {
    return py::none();
  }
  return Facts("path"_a = library->path, "version"_a = library->version,
               "api_version"_a = library->api_version, "build_info"_a = library->build_info);
}

std::string dtype(const runtime::NodeInfo& node) {
  switch (node.kind) {
    case ort::ONNXType::Tensor:
      return runtime::element_type(node.type).name;
    case ort::ONNXType::Sequence:
      return "sequence";
    case ort::ONNXType::Map:
      return "map";
    case ort::ONNXType::Optional:
      return "optional";
    case ort::ONNXType::SparseTensor:
      return "sparse";
    default:
      return "unknown";
  }
}

Shape shape(const runtime::NodeInfo& node) {
  Shape result(py::tuple(node.dims.size()));
  for (std::size_t i = 0; i < node.dims.size(); ++i) {
    const runtime::Dim& dim = node.dims[i];
    if (dim.size >= 0) {
      result[i] = dim.size;
    } else if (dim.name.empty()) {
      result[i] = py::none();
    } else {
      result[i] = dim.name;
    }
  }
  return result;
}

void bind_node_info(py::module_& m) {
  py::class_<runtime::NodeInfo>(m, "NodeInfo", "An input or output of a model.")
      .def_readonly("name", &runtime::NodeInfo::name)
      .def_property_readonly("dtype", &dtype, R"("float32", "int64", "string", ...)")
      .def_property_readonly("shape", &shape, "int, name, or None for each dimension.")
      .def_readonly("is_rank_known", &runtime::NodeInfo::is_rank_known)
      .def("__repr__", [](const runtime::NodeInfo& node) {
        return "NodeInfo(name='" + node.name + "', dtype='" + dtype(node) +
               "', shape=" + std::string(py::repr(shape(node))) + ")";
      });
}

py::typing::Dict<py::str, py::str> metadata(const PySession& self) {
  py::typing::Dict<py::str, py::str> result;
  for (const auto& [key, value] : self.model()->session->metadata()) {
    result[py::str(key)] = value;
  }
  return result;
}

void bind_signature(py::module_& m) {
  using runtime::GraphSignature;
  py::class_<GraphSignature>(m, "GraphSignature", "What a model file declares.")
      .def_readonly("inputs", &GraphSignature::inputs)
      .def_readonly("outputs", &GraphSignature::outputs)
      .def_readonly("external_files", &GraphSignature::external_files,
                    "Files with weights, as the model names them.");
  m.def("read_signature", &runtime::read_signature, "path"_a, py::call_guard<GilRelease>(),
        "Read inputs and outputs of a model file, without its weights and without ONNX Runtime.");
}

void bind_session(py::module_& m) {
  py::class_<PySession> session(m, "Session",
                                "An open model; safe to run from any number of threads.");
  {
    py::options options;
    options.disable_function_signatures();
    session.def(py::init<const py::object&, const py::kwargs&>(), kOpenDoc)
        .def("run", &PySession::run, "feeds"_a, "outputs"_a = py::none(), py::kw_only(),
             "timeout_s"_a = py::none(), "cancel"_a = py::none(), kRunDoc);
  }
  const auto of_model = [](auto member) {
    return [member](const PySession& self) { return (*self.model()->session.*member)(); };
  };
  using runtime::Session;
  session.def("close", &PySession::close, "Close; calls that are running end first.")
      .def_property_readonly("closed", &PySession::is_closed)
      .def_property_readonly("inputs", of_model(&Session::inputs))
      .def_property_readonly("outputs", of_model(&Session::outputs))
      .def_property_readonly("providers", of_model(&Session::providers))
      .def_property_readonly("has_shared_thread_pool", of_model(&Session::has_shared_pool))
      .def_property_readonly("metadata", &metadata);
  bind_io_binding(m, session);
}

}  // namespace

void bind_runtime(py::module_& m) {
  // At the very end of the interpreter, before the libraries' own objects go.
  Py_AtExit([] { runtime::end_all_runs(2.0); });
  m.def("load_library", &runtime::load_library, "path"_a, py::call_guard<GilRelease>(),
        "Load the core library of ONNX Runtime, once a process.");
  m.def(
      "make_environment", [] { runtime::env(); }, py::call_guard<GilRelease>(),
      "Make the environment that the first model would make.");
  m.def("library", &library_facts,
        "Path, version, api_version and build_info of the loaded library.");
  m.def("available_providers", &runtime::available_providers,
        "What the loaded library was built with.");
  m.def(
      "provider_problem",
      [](const std::string& name, const std::map<std::string, std::string>& options) {
        const GilRelease release;
        return runtime::provider_problem(
            {.name = name, .options = {options.begin(), options.end()}});
      },
      "name"_a, "options"_a,
      "Why a provider cannot be used; empty when a model of one node opens on it.");
  bind_node_info(m);
  bind_signature(m);
  py::class_<runtime::CancelToken, std::shared_ptr<runtime::CancelToken>>(
      m, "CancelToken", "Cancels the runs that it was given to.")
      .def(py::init<>())
      .def("cancel", &runtime::CancelToken::cancel, py::call_guard<GilRelease>(),
           "Stop these runs, and refuse later ones.")
      .def_property_readonly("cancelled", &runtime::CancelToken::cancelled);
  bind_session(m);
}

}  // namespace onnxformers::bindings
