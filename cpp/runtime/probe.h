#pragma once

#include <string>

#include "runtime/providers.h"

namespace onnxformers::runtime {

/// Opens a model of one node on a provider: "" when that works, else the reason in words.
std::string provider_problem(const ProviderSpec& provider);

}  // namespace onnxformers::runtime
