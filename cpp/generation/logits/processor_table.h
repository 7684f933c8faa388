#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "generation/logits/factory.h"

namespace onnxformers::generation {

enum class Stage : std::uint8_t {
  Processing,
  Sampling,  ///< with do_sample only
  Last,
  Never,  ///< made by name only
};

/// A class of processors: when the options ask for it, and what it is made of.
struct ProcessorRow {
  ProcessorInfo info;
  Stage stage = Stage::Processing;
  bool (*is_active)(const Options& options, const PromptFacts& prompt) = nullptr;
  /// From the constructor's parameters; null where it takes more than options can hold.
  std::unique_ptr<LogitsProcessor> (*make)(const Options& parameters) = nullptr;
  std::unique_ptr<LogitsProcessor> (*make_for)(const Options& options,
                                               const PromptFacts& prompt) = nullptr;
};

/// In the order of application. The penalty of diverse beam search is not here: its groups take it
/// off themselves, before the processors.
std::span<const ProcessorRow> processor_table();

}  // namespace onnxformers::generation
