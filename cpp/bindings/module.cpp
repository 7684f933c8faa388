#include "bindings/module.h"

#include "bindings/generation.h"

PYBIND11_MODULE(_native, m, pybind11::mod_gil_not_used()) {
  m.doc() = "onnxformers native core.";
  m.attr("__version__") = ONNXFORMERS_VERSION;
  onnxformers::bindings::bind_errors();
  auto base = m.def_submodule("base");
  onnxformers::bindings::bind_base(base);
  auto audio = m.def_submodule("audio");
  onnxformers::bindings::bind_audio(audio);
  auto tokenizers = m.def_submodule("tokenizers");
  onnxformers::bindings::bind_tokenizers(tokenizers);
  auto runtime = m.def_submodule("runtime");
  onnxformers::bindings::bind_runtime(runtime);
  auto image = m.def_submodule("image");
  onnxformers::bindings::bind_image(image);
  // After those whose types it takes.
  auto models = m.def_submodule("models");
  onnxformers::bindings::bind_models(models);
  auto generation = m.def_submodule("generation");
  onnxformers::bindings::bind_generation(generation);
}
