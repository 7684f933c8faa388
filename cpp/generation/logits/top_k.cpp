#include "generation/logits/top_k.h"

#include <algorithm>

#include "generation/kernels.h"
#include "generation/score_blocks.h"

namespace onnxformers::generation {

TopKLogitsWarper::TopKLogitsWarper(const Options& options)
    : filter_(options), top_k_(std::max(count(options, "top_k", 1), filter_.min_tokens_to_keep)) {}

void TopKLogitsWarper::process(std::span<const Token> /*tokens*/, std::span<float> scores) {
  fill_below(scores, kth_highest(scores, top_k_), filter_.filter_value);
}

}  // namespace onnxformers::generation
