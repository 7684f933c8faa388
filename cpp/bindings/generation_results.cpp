#include "bindings/generation_results.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "bindings/generation_arrays.h"

namespace onnxformers::bindings {

namespace {

using generation::SearchResult;

Ids sequences_array(const std::vector<generation::Tokens>& rows) {
  Ids ids({rows.size(), rows.empty() ? 0 : rows.front().size()});
  std::int64_t* out = ids.mutable_data();
  for (const auto& row : rows) {
    out = std::ranges::copy(row, out).out;
  }
  return ids;
}

/// Row-major values as (rows, vocabulary).
py::array_t<float> step_array(const std::vector<float>& values, std::size_t rows) {
  py::array_t<float> array({rows, values.size() / std::max<std::size_t>(rows, 1)});
  std::ranges::copy(values, array.mutable_data());
  return array;
}

/// One array for each step; None when they were not asked for.
py::object steps_list(const SearchResult& result, std::size_t rows,
                      std::vector<float> generation::StepRecord::* values) {
  if (result.steps.empty() || (result.steps.front().*values).empty()) {
    return py::none();
  }
  py::list steps;
  for (const auto& step : result.steps) {
    steps.append(step_array(step.*values, rows));
  }
  return py::tuple(steps);
}

/// Shape (rows, width), -1 behind the end of a row.
Ids beam_array(const std::vector<std::vector<std::size_t>>& rows, std::size_t width) {
  Ids array({rows.size(), width});
  std::fill_n(array.mutable_data(), array.size(), -1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(rows[i], array.mutable_data() + (i * width));
  }
  return array;
}

}  // namespace

py::typing::Dict<py::str, py::object> to_python(const SearchResult& result, std::size_t rows) {
  using generation::StepRecord;
  py::typing::Dict<py::str, py::object> answer;
  answer["sequences"] = sequences_array(result.sequences);
  answer["scores"] = steps_list(result, rows, &StepRecord::scores);
  answer["logits"] = steps_list(result, rows, &StepRecord::logits);
  if (!result.sequence_scores.empty()) {
    answer["sequences_scores"] = py::array_t<float>(
        static_cast<py::ssize_t>(result.sequence_scores.size()), result.sequence_scores.data());
  }
  if (!result.beam_indices.empty() && !result.beam_indices.front().empty()) {
    answer["beam_indices"] = beam_array(result.beam_indices, result.sequences.front().size());
  }
  return answer;
}

}  // namespace onnxformers::bindings
