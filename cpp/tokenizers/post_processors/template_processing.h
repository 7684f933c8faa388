#pragma once

#include <memory>
#include <optional>

#include "tokenizers/post_processors/post_processor.h"

namespace onnxformers::tokenizers {

/// Puts the texts and special tokens where the file's templates ("single", "pair") say, each with
/// its type.
///
/// Source: processors.TemplateProcessing of Hugging Face tokenizers.
class TemplateProcessing final : public PostProcessor {
 public:
  static std::unique_ptr<PostProcessor> from_json(const Field& field);

  /// @param pair absent in files that never meet a pair: encoding one is then an error.
  TemplateProcessing(Layout single, std::optional<Layout> pair)
      : single_(std::move(single)), pair_(std::move(pair)) {}

  void apply(PostPlan& plan, bool add_special_tokens) const override;

 private:
  Layout single_;
  std::optional<Layout> pair_;
};

}  // namespace onnxformers::tokenizers
