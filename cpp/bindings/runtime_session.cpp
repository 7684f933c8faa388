#include "bindings/runtime_session.h"

#include <algorithm>
#include <utility>

#include <pybind11/stl.h>

#include "bindings/gil.h"
#include "bindings/interruptible.h"
#include "bindings/numpy_api.h"
#include "bindings/runtime_arrays.h"
#include "bindings/runtime_options.h"
#include "runtime/small_buffer.h"

namespace onnxformers::bindings {

namespace {

constexpr std::size_t kInline = 8;

std::string listed(const std::vector<py::str>& names) {
  std::string text;
  for (const py::str& name : names) {
    text.append(text.empty() ? "" : ", ").append(std::string(name));
  }
  return text;
}

/// Finds what is missing or too much.
[[noreturn]] void fail_feeds(const OpenModel& model, const py::dict& feeds) {
  for (const py::str& name : model.inputs.objects) {
    if (!feeds.contains(name)) {
      fail(ErrorKind::InvalidArgument, kSessionRun,
           "input '" + std::string(name) + "' is missing; the model takes " +
               listed(model.inputs.objects));
    }
  }
  for (const auto& [key, value] : feeds) {
    bool is_known = false;
    for (const py::str& name : model.inputs.objects) {
      is_known |= name.equal(key);
    }
    if (!is_known) {
      fail(ErrorKind::InvalidArgument, kSessionRun,
           "the model has no input " + std::string(py::repr(key)) + "; it takes " +
               listed(model.inputs.objects));
    }
  }
  fail(ErrorKind::InvalidArgument, kSessionRun, "the feeds changed during the call");
}

using Fed = runtime::SmallBuffer<FedTensor, kInline>;

/// The entry, or nothing.
py::object find(const py::dict& entries, const py::str& key) {
#if PY_VERSION_HEX >= 0x030D0000
  // Another thread may replace the entry meanwhile where there is no GIL.
  PyObject* found = nullptr;
  PyDict_GetItemRef(entries.ptr(), key.ptr(), &found);
#else
  PyObject* found = PyDict_GetItemWithError(entries.ptr(), key.ptr());
  Py_XINCREF(found);
#endif
  if (found == nullptr && PyErr_Occurred() != nullptr) {
    throw py::error_already_set();
  }
  return py::reinterpret_steal<py::object>(found);
}

void feed_all(const OpenModel& model, const py::dict& feeds, Fed& fed) {
  for (std::size_t i = 0; i < fed.size(); ++i) {
    const py::object array = find(feeds, model.inputs.objects[i]);
    if (!array) {
      fail_feeds(model, feeds);
    }
    fed[i] = feed_array(*model.session, i, array);
  }
  if (feeds.size() != fed.size()) {
    fail_feeds(model, feeds);
  }
}

py::dict as_dict(const py::object& feeds) {
  if (py::isinstance<py::dict>(feeds)) {
    return py::reinterpret_borrow<py::dict>(feeds);
  }
  if (!py::hasattr(feeds, "keys")) {
    fail(ErrorKind::InvalidType, kSessionRun,
         std::string("feeds must map input names to arrays, got ") + Py_TYPE(feeds.ptr())->tp_name);
  }
  py::dict copy(feeds);
  return copy;
}

/// Positions of the outputs asked for.
std::vector<std::size_t> find_outputs(const OpenModel& model, const py::object& wanted) {
  if (py::isinstance<py::str>(wanted)) {
    fail(ErrorKind::InvalidType, kSessionRun, "outputs must be a list of names, got a str");
  }
  std::vector<std::size_t> positions;
  for (const py::handle name : wanted) {
    std::size_t i = 0;
    while (i < model.outputs.objects.size() && !model.outputs.objects[i].equal(name)) {
      ++i;
    }
    if (i == model.outputs.objects.size()) {
      fail(ErrorKind::InvalidArgument, kSessionRun,
           "the model has no output " + std::string(py::repr(name)) + "; it has " +
               listed(model.outputs.objects));
    }
    positions.push_back(i);
  }
  if (positions.empty()) {
    fail(ErrorKind::InvalidArgument, kSessionRun, "outputs is empty; use None for all of them");
  }
  return positions;
}

/// wanted: positions of the outputs; nullptr for all of them.
py::list run_model(const OpenModel& model, const py::dict& feeds,
                   const std::vector<std::size_t>* wanted, const runtime::RunLimits& limits) {
  const std::size_t count = wanted != nullptr ? wanted->size() : model.outputs.pointers.size();
  Fed fed(model.inputs.pointers.size());
  feed_all(model, feeds, fed);
  runtime::SmallBuffer<const ort::Value*, kInline> inputs(fed.size());
  std::ranges::transform(fed, inputs.data(), &FedTensor::value);
  runtime::SmallBuffer<const char*, kInline> names(wanted != nullptr ? count : 0);
  for (std::size_t i = 0; i < names.size(); ++i) {
    names[i] = model.outputs.pointers[(*wanted)[i]];
  }
  runtime::SmallBuffer<runtime::Handle<ort::Value>, kInline> results(count);
  runtime::SmallBuffer<ort::Value*, kInline> slots(count);
  const runtime::RunArguments arguments{
      .input_names = model.inputs.pointers,
      .inputs = {inputs.data(), inputs.size()},
      .output_names = wanted != nullptr ? std::span<const char* const>(names.data(), count)
                                        : model.outputs.pointers,
      .outputs = {slots.data(), count},
  };
  run_interruptibly(limits, [&](const runtime::RunLimits& with) {
    const runtime::RunEnd end = model.session->run(arguments, with);
    for (std::size_t i = 0; i < count; ++i) {
      results[i].reset(std::exchange(slots[i], nullptr));
    }
    return end;
  });
  py::list arrays(count);
  for (std::size_t i = 0; i < count; ++i) {
    arrays[i] = to_array(std::move(results[i]), arguments.output_names[i]);
  }
  return arrays;
}

}  // namespace

NodeNames::NodeNames(const std::vector<runtime::NodeInfo>& nodes) {
  for (const runtime::NodeInfo& node : nodes) {
    PyObject* name =
        PyUnicode_FromStringAndSize(node.name.data(), static_cast<Py_ssize_t>(node.name.size()));
    if (name == nullptr) {
      throw py::error_already_set();
    }
    PyUnicode_InternInPlace(&name);
    objects.push_back(py::reinterpret_steal<py::str>(name));
    pointers.push_back(node.name.c_str());
  }
}

OpenModel::OpenModel(std::shared_ptr<const runtime::Session> opened, py::object memory)
    : session(std::move(opened)),
      inputs(session->inputs()),
      outputs(session->outputs()),
      keep_alive(std::move(memory)) {}

PySession::PySession(const py::object& model, const py::kwargs& options) {
  py::list buffers;
  const runtime::SessionConfig config = session_config(options, buffers);
  runtime::ModelSource source;
  if (py::isinstance<py::bytes>(model)) {
    source.bytes = model.cast<std::string_view>();
    buffers.append(model);
  } else if (py::isinstance<py::str>(model)) {
    source.path = model.cast<std::string>();
  } else {
    fail(ErrorKind::InvalidType, "Session",
         std::string("model must be a path (str) or bytes, got ") + Py_TYPE(model.ptr())->tp_name);
  }
  std::shared_ptr<const runtime::Session> session;
  {
    const GilRelease release;
    session = runtime::Session::open(source, config);
  }
  load_numpy_api();  // last: another thread may be importing numpy meanwhile
  model_ = std::make_shared<const OpenModel>(std::move(session), std::move(buffers));
}

std::shared_ptr<const OpenModel> PySession::model() const {
  const std::scoped_lock lock(mutex_);
  if (model_ == nullptr) {
    fail(ErrorKind::Closed, "Session", "the session is closed");
  }
  return model_;
}

bool PySession::is_closed() const {
  const std::scoped_lock lock(mutex_);
  return model_ == nullptr;
}

void PySession::close() {
  std::shared_ptr<const OpenModel> last;
  const std::scoped_lock lock(mutex_);
  last.swap(model_);
}

py::list PySession::run(const py::object& feeds, const py::object& outputs,
                        std::optional<double> timeout_s, runtime::CancelToken* cancel) const {
  const runtime::RunLimits limits{.deadline = runtime::deadline_after(timeout_s), .cancel = cancel};
  const auto model = this->model();
  if (outputs.is_none()) {
    return run_model(*model, as_dict(feeds), nullptr, limits);
  }
  const std::vector<std::size_t> wanted = find_outputs(*model, outputs);
  return run_model(*model, as_dict(feeds), &wanted, limits);
}

}  // namespace onnxformers::bindings
