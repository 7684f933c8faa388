#pragma once

#include <optional>

#include "generation/logits/processor.h"
#include "generation/options.h"

namespace onnxformers::generation {

/// Time stamps of Whisper: in pairs, never going back, and rather than text where they are together
/// more likely than any token of it.
/// Source: transformers' WhisperTimeStampLogitsProcessor; Radford et al., 2022, section 2.3.
class WhisperTimeStampLogitsProcessor final : public LogitsProcessor {
 public:
  explicit WhisperTimeStampLogitsProcessor(const Options& options);

  void process(std::span<const Token> tokens, std::span<float> scores) override;

 private:
  /// Time stamps come in pairs, except directly before the end.
  void pair_up(std::span<const Token> sampled, std::span<float> scores) const;
  void prefer_time_stamps(std::span<float> scores) const;

  std::size_t no_timestamps_;
  std::size_t end_;
  std::size_t begin_index_;
  std::optional<std::size_t> max_initial_index_;
  bool detects_;
};

}  // namespace onnxformers::generation
