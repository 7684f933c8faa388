#include "tokenizers/post_processors/roberta_processing.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PostProcessor> RobertaProcessing::from_json(const Field& field) {
  Options options;
  options.cls = token_with_id(field.member("cls"));
  options.sep = token_with_id(field.member("sep"));
  options.trim_offsets = field.bool_or("trim_offsets", true);
  options.add_prefix_space = field.bool_or("add_prefix_space", true);
  return std::make_unique<RobertaProcessing>(options);
}

void RobertaProcessing::apply(PostPlan& plan, bool add_special_tokens) const {
  if (!plan.can_grow()) {
    return;
  }
  if (options_.trim_offsets) {
    plan.add_trim(options_.add_prefix_space);
  }
  for (std::size_t i = 0; i < plan.encodings.size(); ++i) {
    Layout& layout = plan.encodings[i];
    for (LayoutPart& part : layout) {
      part.type_id = 0;
      // Without special tokens the reference leaves overflowing parts their type.
      part.overflow_type_id = add_special_tokens ? 0 : part.overflow_type_id;
    }
    if (add_special_tokens) {
      const std::uint32_t first = i == 0 ? options_.cls : options_.sep;
      layout.insert(layout.begin(), LayoutPart::special(first, 0));
      layout.push_back(LayoutPart::special(options_.sep, 0));
    }
  }
}

}  // namespace onnxformers::tokenizers
