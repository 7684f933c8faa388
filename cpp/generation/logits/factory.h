#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "generation/logits/prefix_constrained.h"
#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// What a generation's processors need to know beside its options.
struct PromptFacts {
  std::size_t length = 0;  ///< of the (decoder's) prompt
  /// Row-major: of an encoder-decoder model the encoder's input, of others the prompt.
  std::span<const Token> encoder_ids{};
  std::size_t encoder_rows = 0;
  /// What a user's callable allows (prefix_allowed_tokens_fn); may be empty.
  AllowedTokens allowed_tokens;
  /// Reads what guidance_scale leads away from; needed with that option. Kept by the caller.
  StepModel* unconditional = nullptr;
  Prompts negative{};  ///< without rows: the last token of each prompt
};

/// The processors that the options ask for, in the order of Python transformers: after them a
/// user's own, and at the end LogitNormalization where no warpers follow (without do_sample).
/// Throws InvalidArgument for values that a class refuses, and where something needed is missing.
LogitsProcessors make_processors(const Options& options, const PromptFacts& prompt,
                                 LogitsProcessors own = {});

/// What only sampling uses (temperature, top_k, ...), to be applied after the processors.
LogitsProcessors make_warpers(const Options& options);

/// One processor by its class name, for the classes of Python. `options` has the constructor's
/// parameters. Throws InvalidArgument for a name that there is not.
std::unique_ptr<LogitsProcessor> make_processor(std::string_view name, const Options& options);

/// A parameter of a class's constructor, as transformers names it.
struct ProcessorParameter {
  std::string_view name;
  /// The option of GenerationConfig that it comes from, or a fact with $ in front.
  std::string_view option;
  /// As Python writes it; empty: it must be given.
  std::string_view otherwise;
};

/// A class and its parameters, in the order of application.
struct ProcessorInfo {
  std::string_view name;
  std::span<const ProcessorParameter> parameters;
};
std::vector<ProcessorInfo> processor_infos();

}  // namespace onnxformers::generation
