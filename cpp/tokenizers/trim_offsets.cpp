#include "tokenizers/trim_offsets.h"

#include <algorithm>
#include <cstdint>

#include "base/unicode.h"
#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

bool is_space(char32_t code) { return code == 0x120 || unicode::is_whitespace(code); }

}  // namespace

void trim_span(CharacterSpan& span, std::string_view text, bool is_first, bool add_prefix_space) {
  std::uint32_t leading = 0;
  std::uint32_t trailing = 0;  // spaces since the last other character
  bool only_spaces = true;
  for (std::size_t i = 0; i < text.size();) {
    const auto [code, length] = utf8::decode(text, i);
    const bool space = is_space(code);
    trailing = space ? trailing + 1 : 0;
    only_spaces = only_spaces && space;
    leading += only_spaces ? 1 : 0;
    i += length;
  }
  if (leading > 0 && add_prefix_space && (is_first || span.begin == 0)) {
    leading = 0;
  }
  span.begin = std::min(span.begin + leading, span.end);
  if (trailing > 0 && span.end >= trailing) {
    span.end = std::max(span.end - trailing, span.begin);
  }
}

}  // namespace onnxformers::tokenizers
