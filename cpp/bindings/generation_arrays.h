#pragma once

#include "bindings/module.h"

#include <cstdint>
#include <optional>
#include <span>

#include <pybind11/numpy.h>
#include <pybind11/typing.h>

namespace onnxformers::bindings {

/// Arrays as generation takes and gives them: rows of ids, rows of scores.
using Ids = py::array_t<std::int64_t, py::array::c_style>;
using MaybeIds = std::optional<Ids>;
using Scores = py::array_t<float, py::array::c_style>;

/// The numbers, row after row.
inline std::span<const std::int64_t> span_of(const Ids& ids) {
  return {ids.data(), static_cast<std::size_t>(ids.size())};
}

/// What a callable of the user gave back; other types of number are converted.
using ReturnedIds = py::array_t<std::int64_t, py::array::c_style | py::array::forcecast>;
using ReturnedScores = py::array_t<float, py::array::c_style | py::array::forcecast>;
using ReturnedFlags = py::array_t<bool, py::array::c_style | py::array::forcecast>;

/// Callables of the user, and what is named by the keys of a dictionary.
using Callables = py::typing::Iterable<py::object>;
using Named = py::typing::Dict<py::str, py::object>;

}  // namespace onnxformers::bindings
