#pragma once

#include <cstdint>
#include <memory>

#include "tokenizers/post_processors/post_processor.h"

namespace onnxformers::tokenizers {

/// <s> A </s>, or <s> A </s> </s> B </s>; every type is 0. Also trims whitespace off offsets.
///
/// Source: processors.RobertaProcessing of Hugging Face tokenizers.
class RobertaProcessing final : public PostProcessor {
 public:
  struct Options {
    std::uint32_t cls = 0;
    std::uint32_t sep = 0;
    bool trim_offsets = true;
    bool add_prefix_space = true;
  };

  static std::unique_ptr<PostProcessor> from_json(const Field& field);

  explicit RobertaProcessing(const Options& options) : options_(options) {}

  void apply(PostPlan& plan, bool add_special_tokens) const override;

 private:
  Options options_;
};

}  // namespace onnxformers::tokenizers
