#include "bindings/generation.h"

#include "bindings/decoder_graph.h"
#include "bindings/generate.h"
#include "bindings/generation_logits.h"
#include "bindings/interrupt_flag.h"
#include "bindings/scheduler.h"
#include "bindings/step_model.h"

namespace onnxformers::bindings {

void bind_generation(py::module_& m) {
  bind_decoder_graph(m);
  bind_step_model(m);
  bind_logits(m);
  bind_interrupt_flag(m);
  bind_generate(m);
  bind_scheduler(m);
}

}  // namespace onnxformers::bindings
