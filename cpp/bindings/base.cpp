#include "bindings/module.h"

#include <pybind11/numpy.h>
#include <pybind11/stl.h>
#include <pybind11/typing.h>

#include "base/batch_plan.h"
#include "base/cpu.h"

namespace onnxformers::bindings {

using namespace pybind11::literals;

namespace {

using Lengths = py::array_t<std::int64_t, py::array::c_style>;
using Batches = py::typing::List<py::array_t<std::int64_t>>;
using Facts = py::typing::Dict<py::str, py::object>;

/// One int64 array of row numbers per batch.
Batches plan_batches(const Lengths& lengths, std::size_t token_budget, std::size_t max_rows) {
  const BatchPlan plan =
      onnxformers::plan_batches({lengths.data(), static_cast<std::size_t>(lengths.size())},
                                {.token_budget = token_budget, .max_rows = max_rows});
  Batches batches;
  for (std::size_t i = 0; i + 1 < plan.starts.size(); ++i) {
    batches.append(
        py::array_t<std::int64_t>(static_cast<py::ssize_t>(plan.starts[i + 1] - plan.starts[i]),
                                  plan.order.data() + plan.starts[i]));
  }
  return batches;
}

Facts cpu_facts() {
  const CpuInfo& info = cpu_info();
  Facts facts("features"_a = info.features, "affinity"_a = info.affinity,
              "cgroup_quota"_a = info.cgroup_quota, "physical_cores"_a = info.physical_cores,
              "threads"_a = info.threads);
  return facts;
}

}  // namespace

void bind_base(py::module_& m) {
  m.def("plan_batches", &plan_batches, "lengths"_a.noconvert(), py::kw_only(), "token_budget"_a = 0,
        "max_rows"_a = 0, "Rows of each batch: similar lengths together, longest first.");
  m.def("cpu_info", &cpu_facts, "What this process may use of the CPU, and the threads chosen.");
}

}  // namespace onnxformers::bindings
