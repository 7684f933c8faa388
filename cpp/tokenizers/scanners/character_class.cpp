#include "tokenizers/scanners/character_class.h"

#include "base/unicode.h"

namespace onnxformers::tokenizers::scanners {

namespace {

CharacterClass class_of(unicode::Category category) {
  using unicode::Category;
  switch (category) {
    case Category::Lu:
    case Category::Lt:
      return kLetter | kUpper;
    case Category::Ll:
      return kLetter | kLower;
    case Category::Lm:
    case Category::Lo:
      return kLetter | kUpper | kLower;
    case Category::Mc:
    case Category::Me:
    case Category::Mn:
      return kMark | kUpper | kLower;
    case Category::Nd:
    case Category::Nl:
    case Category::No:
      return kNumber;
    case Category::Pc:
    case Category::Pd:
    case Category::Pe:
    case Category::Pf:
    case Category::Pi:
    case Category::Po:
    case Category::Ps:
    case Category::Sc:
    case Category::Sk:
    case Category::Sm:
    case Category::So:
      return kSymbol;
    default:
      return 0;
  }
}

}  // namespace

const CharacterClasses& CharacterClasses::get() {
  static const CharacterClasses classes;
  return classes;
}

CharacterClasses::CharacterClasses() {
  for (char32_t code = 0; code < basic_.size(); ++code) {
    basic_[code] = compute(code);
  }
}

CharacterClass CharacterClasses::compute(char32_t code) noexcept {
  CharacterClass bits = class_of(unicode::category(code));
  if (unicode::is_whitespace(code)) {
    bits |= kSpace;
  }
  if (code == U'\r' || code == U'\n') {
    bits |= kLineEnd;
  }
  return bits;
}

}  // namespace onnxformers::tokenizers::scanners
