#include "generation/search/record.h"

namespace onnxformers::generation {

namespace {

std::vector<float> copied(const Logits& logits) {
  std::vector<float> values;
  values.reserve(logits.rows * logits.vocab_size);
  for (std::size_t i = 0; i < logits.rows; ++i) {
    values.insert(values.end(), logits.row(i).begin(), logits.row(i).end());
  }
  return values;
}

}  // namespace

Recorder::Recorder(const Options& options)
    : is_on_(options.flag("return_dict_in_generate", false)),
      keeps_logits_(is_on_ && options.flag("output_logits", false)),
      keeps_scores_(is_on_ && options.flag("output_scores", false)) {}

void Recorder::begin(const Logits& logits) {
  if (keeps_logits_ || keeps_scores_) {
    steps_.emplace_back();
  }
  if (keeps_logits_) {
    steps_.back().logits = copied(logits);
  }
}

void Recorder::end(const Logits& scores) {
  if (keeps_scores_) {
    steps_.back().scores = copied(scores);
  }
}

}  // namespace onnxformers::generation
