#include "bindings/runtime_options.h"

#include <array>
#include <string>
#include <string_view>

#include <pybind11/stl.h>

namespace onnxformers::bindings {

namespace {

using runtime::SessionConfig;
using Setter = void (*)(SessionConfig&, py::handle, py::list&);

template <auto Field>
void set(SessionConfig& config, py::handle value, py::list& /*buffers*/) {
  using Type = std::remove_cvref_t<decltype(config.*Field)>;
  // pybind11 would read None as False.
  if (std::is_same_v<Type, bool> && value.is_none()) {
    throw py::cast_error("None");
  }
  config.*Field = value.cast<Type>();
}

void set_providers(SessionConfig& config, py::handle value, py::list& /*buffers*/) {
  config.providers.clear();
  for (const py::handle entry : value) {
    const auto pair = entry.cast<std::pair<std::string, py::dict>>();
    runtime::ProviderSpec spec{.name = pair.first, .options = {}};
    for (const auto& [key, option] : pair.second) {
      spec.options.emplace_back(key.cast<std::string>(), py::str(option).cast<std::string>());
    }
    config.providers.push_back(std::move(spec));
  }
}

template <auto Field>
void set_pairs(SessionConfig& config, py::handle value, py::list& /*buffers*/) {
  auto& pairs = config.*Field;
  using Value = std::remove_cvref_t<decltype(pairs)>::value_type::second_type;
  const auto dict = value.cast<py::dict>();
  for (const auto& [key, entry] : dict) {
    pairs.emplace_back(py::cast<std::string>(key), py::cast<Value>(entry));
  }
}

void set_external_data(SessionConfig& config, py::handle value, py::list& buffers) {
  for (const auto& [key, entry] : value.cast<py::dict>()) {
    const py::memoryview flat =
        py::memoryview(py::reinterpret_borrow<py::object>(entry)).attr("cast")("B");
    const Py_buffer* view = PyMemoryView_GET_BUFFER(flat.ptr());
    const std::string_view bytes(static_cast<const char*>(view->buf),
                                 static_cast<std::size_t>(view->len));
    config.external_data.push_back({.name = key.cast<std::string>(), .bytes = bytes});
    buffers.append(flat);
  }
}

struct Option {
  std::string_view name;
  Setter set;
  std::string_view expected;
};

// NOLINTBEGIN(modernize-use-designated-initializers,readability-trailing-comma): a table
constexpr std::array<Option, 15> kOptions = {{
    {"providers", set_providers, "a list of (name, dict of options)"},
    {"intra_op_threads", set<&SessionConfig::intra_op_threads>, "an int of 0 or more"},
    {"inter_op_threads", set<&SessionConfig::inter_op_threads>, "an int of 0 or more"},
    {"parallel_execution", set<&SessionConfig::parallel_execution>, "a bool"},
    {"shared_thread_pool", set<&SessionConfig::shared_thread_pool>, "a bool"},
    {"spinning", set<&SessionConfig::spinning>, "a bool or None"},
    {"graph_optimization", set<&SessionConfig::graph_optimization>, "a str"},
    {"map_weights", set<&SessionConfig::map_weights>, "a bool"},
    {"memory_arena", set<&SessionConfig::memory_arena>, "a bool"},
    {"memory_pattern", set<&SessionConfig::memory_pattern>, "a bool or None"},
    {"config_entries", set_pairs<&SessionConfig::config_entries>, "a dict of str to str"},
    {"free_dimensions", set_pairs<&SessionConfig::free_dimensions>, "a dict of str to int"},
    {"external_data", set_external_data, "a dict of str to contiguous bytes-like objects"},
    {"optimized_model_path",
     [](SessionConfig& config, py::handle value, py::list& /*buffers*/) {
       config.optimized_model_path = value.is_none() ? std::string() : value.cast<std::string>();
     },
     "a str or None"},
    {"log_severity", set<&SessionConfig::log_severity>, "an int from 0 to 4"},
}};
// NOLINTEND(modernize-use-designated-initializers,readability-trailing-comma)

const Option& find_option(const std::string& name) {
  std::string known;
  for (const Option& option : kOptions) {
    if (option.name == name) {
      return option;
    }
    known.append(known.empty() ? "" : ", ").append(option.name);
  }
  fail(ErrorKind::InvalidArgument, "Session", "unknown option '" + name + "'; known are " + known);
}

}  // namespace

SessionConfig session_config(const py::kwargs& options, py::list& buffers) {
  SessionConfig config;
  for (const auto& [key, value] : options) {
    const Option& option = find_option(key.cast<std::string>());
    try {
      option.set(config, value, buffers);
    } catch (const py::cast_error&) {
      fail(ErrorKind::InvalidType, "Session",
           std::string(option.name) + " must be " + std::string(option.expected) + ", got " +
               std::string(py::repr(value)).substr(0, 100));
    } catch (py::error_already_set& error) {
      if (!error.matches(PyExc_TypeError) && !error.matches(PyExc_BufferError)) {
        throw;
      }
      fail(ErrorKind::InvalidType, "Session",
           std::string(option.name) + " must be " + std::string(option.expected));
    }
  }
  return config;
}

}  // namespace onnxformers::bindings
