#include "tokenizers/post_processors/sequence.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PostProcessor> PostProcessorSequence::from_json(const Field& field) {
  const Field list = field.member("processors");
  (void)list.expect(json::Type::Array);
  std::vector<std::unique_ptr<PostProcessor>> steps;
  steps.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) {
    steps.push_back(make_post_processor(list.element(i)));
  }
  return std::make_unique<PostProcessorSequence>(std::move(steps));
}

void PostProcessorSequence::apply(PostPlan& plan, bool add_special_tokens) const {
  for (const auto& step : steps_) {
    step->apply(plan, add_special_tokens);
  }
}

}  // namespace onnxformers::tokenizers
