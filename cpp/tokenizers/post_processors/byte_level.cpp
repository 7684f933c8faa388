#include "tokenizers/post_processors/byte_level.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PostProcessor> ByteLevelProcessing::from_json(const Field& field) {
  Options options;
  options.trim_offsets = field.bool_or("trim_offsets", true);
  options.add_prefix_space = field.bool_or("add_prefix_space", true);
  (void)field.bool_or("use_regex", true);  // matters to the pre-tokenizer only
  return std::make_unique<ByteLevelProcessing>(options);
}

void ByteLevelProcessing::apply(PostPlan& plan, bool /*add_special_tokens*/) const {
  if (options_.trim_offsets) {
    plan.add_trim(options_.add_prefix_space);
  }
}

}  // namespace onnxformers::tokenizers
