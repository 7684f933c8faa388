#include "tokenizers/pre_tokenizers/unicode_scripts.h"

#include "base/unicode.h"
#include "base/utf8.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PreTokenizer> UnicodeScripts::from_json(const Field& /*field*/) {
  return std::make_unique<UnicodeScripts>();
}

void UnicodeScripts::split(PreTokenizedText& text) const {
  constexpr std::uint8_t kAny = 0;
  const std::string_view all = text.text.text();
  text.next.clear();
  for (const Piece& piece : text.pieces) {
    std::uint32_t begin = piece.begin;
    std::uint8_t script = kAny;
    for (std::uint32_t i = piece.begin; i < piece.end;) {
      const auto [code, length] = utf8::decode(all, i);
      const std::uint8_t next = unicode::script(code);
      if (next != kAny && next != script) {
        if (script != kAny) {
          text.next.push_back({.begin = begin, .end = i});
        }
        begin = i;
        script = next;
      }
      i += length;
    }
    if (script != kAny) {
      text.next.push_back({.begin = begin, .end = piece.end});
    }
  }
  text.pieces.swap(text.next);
}

}  // namespace onnxformers::tokenizers
