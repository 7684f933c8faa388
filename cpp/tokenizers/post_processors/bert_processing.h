#pragma once

#include <cstdint>
#include <memory>

#include "tokenizers/post_processors/post_processor.h"

namespace onnxformers::tokenizers {

/// [CLS] A [SEP], or [CLS] A [SEP] B [SEP] with type 1 from B on.
///
/// Source: processors.BertProcessing of Hugging Face tokenizers.
class BertProcessing final : public PostProcessor {
 public:
  static std::unique_ptr<PostProcessor> from_json(const Field& field);

  BertProcessing(std::uint32_t cls, std::uint32_t sep) : cls_(cls), sep_(sep) {}

  void apply(PostPlan& plan, bool add_special_tokens) const override;

 private:
  std::uint32_t cls_;
  std::uint32_t sep_;
};

}  // namespace onnxformers::tokenizers
