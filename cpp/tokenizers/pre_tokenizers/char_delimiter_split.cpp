#include "tokenizers/pre_tokenizers/char_delimiter_split.h"

#include "tokenizers/pre_tokenizers/piece_cutter.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PreTokenizer> CharDelimiterSplit::from_json(const Field& field) {
  return std::make_unique<CharDelimiterSplit>(field.member("delimiter").as_character());
}

void CharDelimiterSplit::split(PreTokenizedText& text) const {
  split_at_characters(text, SplitBehavior::Removed,
                      [this](char32_t code) { return code == delimiter_; });
}

}  // namespace onnxformers::tokenizers
