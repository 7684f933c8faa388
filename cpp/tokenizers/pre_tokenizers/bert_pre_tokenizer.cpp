#include "tokenizers/pre_tokenizers/bert_pre_tokenizer.h"

#include "base/unicode.h"
#include "base/utf8.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PreTokenizer> BertPreTokenizer::from_json(const Field& /*field*/) {
  return std::make_unique<BertPreTokenizer>();
}

void BertPreTokenizer::split(PreTokenizedText& text) const {
  const std::string_view all = text.text.text();
  text.next.clear();
  for (const Piece& piece : text.pieces) {
    std::uint32_t word = piece.begin;
    const auto end_word = [&](std::uint32_t end) {
      if (word < end) {
        text.next.push_back({.begin = word, .end = end});
      }
    };
    for (std::uint32_t i = piece.begin; i < piece.end;) {
      const auto [code, length] = utf8::decode(all, i);
      const std::uint32_t after = i + length;
      if (unicode::is_whitespace(code)) {
        end_word(i);
        word = after;
      } else if (unicode::is_bert_punctuation(code)) {
        end_word(i);
        text.next.push_back({.begin = i, .end = after});
        word = after;
      }
      i = after;
    }
    end_word(piece.end);
  }
  text.pieces.swap(text.next);
}

}  // namespace onnxformers::tokenizers
