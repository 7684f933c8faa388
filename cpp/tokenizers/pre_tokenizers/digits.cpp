#include "tokenizers/pre_tokenizers/digits.h"

#include "base/unicode.h"
#include "tokenizers/pre_tokenizers/piece_cutter.h"

namespace onnxformers::tokenizers {

namespace {

bool is_numeric(char32_t code) {
  if (code < unicode::kFirstBeyondAscii) {
    return code >= U'0' && code <= U'9';
  }
  switch (unicode::category(code)) {
    case unicode::Category::Nd:
    case unicode::Category::Nl:
    case unicode::Category::No:
      return true;
    default:
      // New in Unicode 17.
      return (code >= 0x11DE0 && code <= 0x11DE9) || (code >= 0x16FF4 && code <= 0x16FF6);
  }
}

}  // namespace

std::unique_ptr<PreTokenizer> Digits::from_json(const Field& field) {
  return std::make_unique<Digits>(field.bool_or("individual_digits", false));
}

void Digits::split(PreTokenizedText& text) const {
  split_at_characters(text, individual_ ? SplitBehavior::Isolated : SplitBehavior::Contiguous,
                      &is_numeric);
}

}  // namespace onnxformers::tokenizers
