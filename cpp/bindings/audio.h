#pragma once

#include "bindings/module.h"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <pybind11/numpy.h>

#include "base/errors.h"

namespace onnxformers::bindings {

using Doubles = py::array_t<double, py::array::c_style>;

/// What a name stands for; an error lists the names that are known.
template <typename Value, std::size_t kCount>
Value named(const std::array<std::pair<std::string_view, Value>, kCount>& table,
            const std::string& name, const char* place, const char* option) {
  std::string known;
  for (const auto& [candidate, value] : table) {
    if (candidate == name) {
      return value;
    }
    known.append(known.empty() ? "" : ", ").append(candidate);
  }
  fail(ErrorKind::InvalidArgument, place,
       std::string("unknown ") + option + " '" + name + "'; known: " + known);
}

/// Windows, filters, alignment and voice activity.
void bind_audio_kernels(py::module_& m);

}  // namespace onnxformers::bindings
