#include "bindings/interrupt_flag.h"

namespace onnxformers::bindings {

void bind_interrupt_flag(py::module_& m) {
  py::class_<InterruptFlag>(m, "InterruptFlag", "Ends generations between two steps.")
      .def(py::init<>())
      .def(
          "set", [](InterruptFlag& self) { self.is_set->store(true); },
          "End those that run and those to come.")
      .def(
          "clear", [](InterruptFlag& self) { self.is_set->store(false); },
          "Let those to come go on.")
      .def_property_readonly("is_set",
                             [](const InterruptFlag& self) { return self.is_set->load(); });
}

}  // namespace onnxformers::bindings
