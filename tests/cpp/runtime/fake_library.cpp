// A shared library that answers like ONNX Runtime as far as loading it goes. FAKE_ORT_VERSION sets
// its version.
#include <cstdlib>

#include "onnxruntime/api_table.h"

#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

namespace {

const char* version() {
  const char* text = std::getenv("FAKE_ORT_VERSION");
  return text == nullptr ? "1.25.3" : text;
}

const ort::Api* table(std::uint32_t asked) {
  static const ort::Api api = [] {
    ort::Api made{};
    made.GetBuildInfoString = [] { return "fake build"; };
    return made;
  }();
  return asked <= 25 ? &api : nullptr;
}

const ort::ApiBase kBase{&table, &version};

}  // namespace

extern "C" EXPORT const ort::ApiBase* OrtGetApiBase() { return &kBase; }
