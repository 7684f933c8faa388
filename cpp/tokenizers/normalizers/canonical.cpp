#include "tokenizers/normalizers/canonical.h"

#include "base/unicode.h"
#include "base/unicode_normalization.h"
#include "tokenizers/normalizers/unicode_form.h"

namespace onnxformers::tokenizers {

void append_decomposition(std::u32string& out, char32_t code) {
  namespace hangul = unicode::hangul;
  if (hangul::is_syllable(code)) {
    const char32_t index = code - hangul::kSyllables;
    const char32_t pair = index / hangul::kTrailingCount;
    out.push_back(hangul::kLeading + (pair / hangul::kVowelCount));
    out.push_back(hangul::kVowels + (pair % hangul::kVowelCount));
    if (index % hangul::kTrailingCount != 0) {
      out.push_back(hangul::kTrailing + (index % hangul::kTrailingCount));
    }
    return;
  }
  const std::u32string_view decomposition = unicode::canonical_decomposition(code);
  if (decomposition.empty()) {
    out.push_back(code);
  } else {
    out.append(decomposition);
  }
}

void decompose_canonically(NormalizedText& text) { UnicodeForm::apply(UnicodeForm::kNfd, text); }

}  // namespace onnxformers::tokenizers
