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

  /// How many tokens it leaves at most, beside those that are as good as the last; 0: any number.
  [[nodiscard]] virtual std::size_t leaves() const { return 0; }
  /// Whether a better token is never worse afterwards.
  [[nodiscard]] virtual bool keeps_order() const { return false; }
  /// How many rows of scores there are for each sequence.
  [[nodiscard]] virtual std::size_t rows_per_sequence() const { return 1; }

  /// All rows of a step; by default one after the other. A user's own callable takes them at once.
  virtual void process_rows(const Sequences& sequences, const Logits& logits);

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
