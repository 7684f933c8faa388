#pragma once

#include <memory>
#include <vector>

#include "tokenizers/post_processors/post_processor.h"

namespace onnxformers::tokenizers {

/// Post-processors one after the other.
class PostProcessorSequence final : public PostProcessor {
 public:
  static std::unique_ptr<PostProcessor> from_json(const Field& field);

  explicit PostProcessorSequence(std::vector<std::unique_ptr<PostProcessor>> steps)
      : steps_(std::move(steps)) {}

  void apply(PostPlan& plan, bool add_special_tokens) const override;

 private:
  std::vector<std::unique_ptr<PostProcessor>> steps_;
};

}  // namespace onnxformers::tokenizers
