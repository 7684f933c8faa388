#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "generation/sequences.h"

namespace onnxformers::generation {

/// Changes scores before a token is chosen. Immutable, but for what a row's own history needs.
class LogitsProcessor {
 public:
  LogitsProcessor() = default;
  virtual ~LogitsProcessor() = default;
  LogitsProcessor(const LogitsProcessor&) = delete;
  LogitsProcessor& operator=(const LogitsProcessor&) = delete;
  LogitsProcessor(LogitsProcessor&&) = delete;
  LogitsProcessor& operator=(LogitsProcessor&&) = delete;

  /// All rows of a step; by default one after the other. A user's own callable takes them at once.
  virtual void process_rows(const Sequences& sequences, const Logits& logits);

  /// Diverse beam search, before each of its groups: what the groups before this one have chosen
  /// at this step. Of `chosen`, num_beams for each prompt, the first `group` groups are set.
  virtual void begin_group(std::span<const Token> /*chosen*/, std::size_t /*group*/) {}

  /// One row.
  /// @param tokens prompt and what was generated.
  virtual void process(std::span<const Token> tokens, std::span<float> scores) = 0;
};

/// Processors in the order in which they are applied.
using LogitsProcessors = std::vector<std::unique_ptr<LogitsProcessor>>;

/// Applies all of them.
void process_all(const LogitsProcessors& processors, const Sequences& sequences,
                 const Logits& logits);

}  // namespace onnxformers::generation
