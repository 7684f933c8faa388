#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// What a generation's processors need to know beside its options.
struct PromptFacts {
  std::size_t length = 0;                ///< of the (decoder's) prompt
  std::span<const Token> encoder_ids{};  ///< of an encoder-decoder model, row-major
  std::size_t encoder_rows = 0;
};

/// The processors that the options ask for, in the order of Python transformers; those that only
/// sampling uses (temperature, top_k, ...) are the warpers.
LogitsProcessors make_processors(const Options& options, const PromptFacts& prompt);
LogitsProcessors make_warpers(const Options& options);

/// One processor by its class name, for the classes of Python; throws InvalidArgument for a name
/// that there is not.
std::unique_ptr<LogitsProcessor> make_processor(std::string_view name, const Options& options,
                                                const PromptFacts& prompt);

/// Class names with their parameters, in the order of application.
struct ProcessorInfo {
  std::string_view name;
  std::span<const std::string_view> parameters;
};
std::span<const ProcessorInfo> processor_infos();

}  // namespace onnxformers::generation
