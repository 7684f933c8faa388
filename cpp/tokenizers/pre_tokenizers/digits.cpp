#include "tokenizers/pre_tokenizers/digits.h"

#include "base/unicode.h"
#include "tokenizers/pre_tokenizers/piece_cutter.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PreTokenizer> Digits::from_json(const Field& field) {
  return std::make_unique<Digits>(field.bool_or("individual_digits", false));
}

void Digits::split(PreTokenizedText& text) const {
  split_at_characters(text, individual_ ? SplitBehavior::Isolated : SplitBehavior::Contiguous,
                      [](char32_t code) { return unicode::is_numeric(code); });
}

}  // namespace onnxformers::tokenizers
