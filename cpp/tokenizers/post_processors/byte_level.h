#pragma once

#include <memory>

#include "tokenizers/post_processors/post_processor.h"

namespace onnxformers::tokenizers {

/// Leaves the spaces at the ends of tokens out of their offsets; adds no tokens.
///
/// Source: processors.ByteLevel of Hugging Face tokenizers.
class ByteLevelProcessing final : public PostProcessor {
 public:
  struct Options {
    bool trim_offsets = true;
    bool add_prefix_space = true;
  };

  static std::unique_ptr<PostProcessor> from_json(const Field& field);

  explicit ByteLevelProcessing(const Options& options) : options_(options) {}

  void apply(PostPlan& plan, bool add_special_tokens) const override;

 private:
  Options options_;
};

}  // namespace onnxformers::tokenizers
