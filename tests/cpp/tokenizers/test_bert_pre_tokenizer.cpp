#include <string>

#include "check.h"
#include "tokenizers/pre_tokenizers/bert_pre_tokenizer.h"

using namespace onnxformers::tokenizers;

namespace {

std::string split(std::string_view text) {
  PreTokenizedText split;
  split.text.reset(text, 0, false);
  split.reset_pieces();
  BertPreTokenizer().split(split);
  std::string joined;
  for (const Piece& piece : split.pieces) {
    joined.append(text.substr(piece.begin, piece.end - piece.begin)).append("|");
  }
  return joined;
}

}  // namespace

TEST(whitespace_splits_and_punctuation_stands_alone) {
  CHECK_EQUAL(split("hey friend,  how?!"), "hey|friend|,|how|?|!|");
  CHECK_EQUAL(split("a$b+c"), "a|$|b|+|c|");
  CHECK_EQUAL(split("a\xE3\x80\x82"
                    "b\xE2\x80\xA8"
                    "c"),
              "a|\xE3\x80\x82|b|c|");
}

TEST(nothing_gives_no_pieces) {
  CHECK_EQUAL(split(""), "");
  CHECK_EQUAL(split(" \t\n"), "");
}
