#include "tokenizers/pre_tokenizers/whitespace.h"

#include "base/regex/char_set.h"
#include "base/regex/properties.h"
#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/pre_tokenizers/piece_cutter.h"

namespace onnxformers::tokenizers {

namespace {

/// \w of the reference's crate for this: with the joiners, which Oniguruma leaves out.
const regex::CharTable& word_characters() {
  static const regex::CharTable kTable = [] {
    regex::CharSet set = regex::word_set_in_class();
    set.add(0x200C, 0x200D);
    return regex::CharTable(set);
  }();
  return kTable;
}

enum class Kind : std::uint8_t { Space, Word, Other };

Kind kind_of(const regex::CharTable& words, char32_t code) {
  if (words.has(code)) {
    return Kind::Word;
  }
  return unicode::is_whitespace(code) ? Kind::Space : Kind::Other;
}

}  // namespace

std::unique_ptr<PreTokenizer> Whitespace::from_json(const Field& /*field*/) {
  return std::make_unique<Whitespace>();
}

void Whitespace::split(PreTokenizedText& text) const {
  const regex::CharTable& words = word_characters();
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
      if (const Kind kind = kind_of(words, code); kind != run) {
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
