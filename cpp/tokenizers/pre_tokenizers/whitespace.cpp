#include "tokenizers/pre_tokenizers/whitespace.h"

#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/pre_tokenizers/piece_cutter.h"

namespace onnxformers::tokenizers {

namespace {

enum class Kind : std::uint8_t { Space, Word, Other };

Kind kind_of(char32_t code) {
  if (unicode::is_rust_word(code)) {
    return Kind::Word;
  }
  return unicode::is_whitespace(code) ? Kind::Space : Kind::Other;
}

}  // namespace

std::unique_ptr<PreTokenizer> Whitespace::from_json(const Field& /*field*/) {
  return std::make_unique<Whitespace>();
}

void Whitespace::split(PreTokenizedText& text) const {
  const std::string_view all = text.text.text();
  text.next.clear();
  for (const Piece& piece : text.pieces) {
    std::uint32_t begin = piece.begin;
    Kind run = Kind::Space;
    const auto end_run = [&](std::uint32_t end) {
      if (run != Kind::Space) {
        text.next.push_back({.begin = begin, .end = end});
      }
    };
    for (std::uint32_t i = piece.begin; i < piece.end;) {
      const auto [code, length] = utf8::decode(all, i);
      if (const Kind kind = kind_of(code); kind != run) {
        end_run(i);
        run = kind;
        begin = i;
      }
      i += length;
    }
    end_run(piece.end);
  }
  text.pieces.swap(text.next);
}

std::unique_ptr<PreTokenizer> WhitespaceSplit::from_json(const Field& /*field*/) {
  return std::make_unique<WhitespaceSplit>();
}

void WhitespaceSplit::split(PreTokenizedText& text) const {
  split_at_characters(text, SplitBehavior::Removed,
                      [](char32_t code) { return unicode::is_whitespace(code); });
}

}  // namespace onnxformers::tokenizers
