#include "tokenizers/post_processors/bert_processing.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PostProcessor> BertProcessing::from_json(const Field& field) {
  return std::make_unique<BertProcessing>(token_with_id(field.member("cls")),
                                          token_with_id(field.member("sep")));
}

void BertProcessing::apply(PostPlan& plan, bool add_special_tokens) const {
  if (!plan.can_grow()) {
    return;
  }
  if (!add_special_tokens) {
    return;
  }
  for (std::uint32_t i = 0; i < plan.encodings.size(); ++i) {
    Layout& layout = plan.encodings[i];
    if (i == 0) {
      layout.insert(layout.begin(), LayoutPart::special(cls_, 0));
    }
    const std::uint32_t type_id = i == 0 ? 0 : 1;
    layout.push_back(LayoutPart::special(sep_, type_id));
  }
}

}  // namespace onnxformers::tokenizers
