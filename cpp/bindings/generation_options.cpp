#include "bindings/generation_options.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/stl.h>

#include "base/errors.h"

namespace onnxformers::bindings {

namespace {

using generation::OptionValue;
using generation::Token;
using generation::Tokens;
using Bias = std::pair<Tokens, double>;

bool is_sequence(py::handle value) {
  return py::isinstance<py::list>(value) || py::isinstance<py::tuple>(value);
}

bool is_float(py::handle value) { return py::isinstance<py::float_>(value); }

/// Whole numbers of Python and numpy, but not True.
bool is_token(py::handle value) {
  return !py::isinstance<py::bool_>(value) && PyIndex_Check(value.ptr()) != 0;
}

Token token(py::handle value) {
  return py::reinterpret_steal<py::int_>(PyNumber_Index(value.ptr())).cast<Token>();
}

bool are_tokens(py::handle value) {
  return is_sequence(value) && std::all_of(value.begin(), value.end(), is_token);
}

Tokens tokens(py::handle value) {
  Tokens all;
  for (const py::handle entry : value) {
    all.push_back(token(entry));
  }
  return all;
}

/// A pair of one or more tokens and a number.
bool is_bias(py::handle value) {
  if (!is_sequence(value) || py::len(value) != 2) {
    return false;
  }
  const auto pair = py::reinterpret_borrow<py::sequence>(value);
  const py::object first = pair[0];
  const py::object second = pair[1];
  return (are_tokens(first) && (is_float(second) || is_token(second))) ||
         (is_token(first) && is_float(second));
}

Bias bias(py::handle value) {
  const auto pair = py::reinterpret_borrow<py::sequence>(value);
  const py::object first = pair[0];
  return {is_token(first) ? Tokens{token(first)} : tokens(first),
          py::object(pair[1]).cast<double>()};
}

template <typename Check>
bool all_of(py::handle value, Check check) {
  return std::all_of(value.begin(), value.end(), check);
}

template <typename T, typename Convert>
std::vector<T> list_of(py::handle value, Convert convert) {
  std::vector<T> all;
  for (const py::handle entry : value) {
    all.push_back(convert(entry));
  }
  return all;
}

bool are_token_lists(py::handle value) { return is_sequence(value) && all_of(value, are_tokens); }

}  // namespace

OptionValue option_value(const std::string& name, py::handle value) {
  if (py::isinstance<py::bool_>(value)) {
    return value.cast<bool>();
  }
  if (py::isinstance<py::str>(value)) {
    return value.cast<std::string>();
  }
  if (is_token(value)) {
    return token(value);
  }
  if (PyNumber_Check(value.ptr()) != 0 && !py::hasattr(value, "__len__")) {
    return value.cast<double>();
  }
  if (py::isinstance<py::dict>(value)) {
    return option_value(name, py::list(value.attr("items")()));
  }
  if (are_tokens(value)) {
    return tokens(value);
  }
  if (is_bias(value)) {
    return std::vector<Bias>{bias(value)};
  }
  if (is_sequence(value) && all_of(value, are_tokens)) {
    return list_of<Tokens>(value, tokens);
  }
  if (is_sequence(value) && all_of(value, is_bias)) {
    return list_of<Bias>(value, bias);
  }
  if (is_sequence(value) && all_of(value, are_token_lists)) {
    return list_of<std::vector<Tokens>>(
        value, [](py::handle entry) { return list_of<Tokens>(entry, tokens); });
  }
  fail(ErrorKind::InvalidType, "GenerationConfig",
       name + " has a value of a kind that no option takes: " +
           py::repr(value).cast<std::string>().substr(0, 100));
}

generation::Options generation_options(const py::dict& options) {
  generation::Options all;
  for (const auto& [key, value] : options) {
    if (!value.is_none()) {
      auto name = key.cast<std::string>();
      auto converted = option_value(name, value);
      all.set(std::move(name), std::move(converted));
    }
  }
  return all;
}

}  // namespace onnxformers::bindings
