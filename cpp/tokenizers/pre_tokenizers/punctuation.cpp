#include "tokenizers/pre_tokenizers/punctuation.h"

#include "base/unicode.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PreTokenizer> Punctuation::from_json(const Field& field) {
  const auto behavior = field.find("behavior");
  return std::make_unique<Punctuation>(behavior ? read_split_behavior(*behavior)
                                                : SplitBehavior::Isolated);
}

void Punctuation::split(PreTokenizedText& text) const {
  split_at_characters(text, behavior_,
                      [](char32_t code) { return unicode::is_bert_punctuation(code); });
}

}  // namespace onnxformers::tokenizers
