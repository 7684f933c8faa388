#include "generation/logits/temperature.h"

#include "generation/kernels.h"
#include "generation/logits/parameters.h"

namespace onnxformers::generation {

TemperatureLogitsWarper::TemperatureLogitsWarper(const Options& options)
    : temperature_(static_cast<float>(positive(options, "temperature"))) {}

void TemperatureLogitsWarper::process(std::span<const Token> /*tokens*/, std::span<float> scores) {
  divide(scores, temperature_);
}

}  // namespace onnxformers::generation
