#include "check.h"
#include "tokenizers/decoded.h"
#include "tokenizers/decoders/cleanup.h"
#include "tokenizers/decoders/wordpiece.h"

using namespace onnxformers::tokenizers;

TEST(pieces_are_joined_and_words_parted) {
  const WordPieceDecoder decoder("##", false);
  CHECK_EQUAL(decoded(decoder, {"##a", "##b", "c", "##", "."}), "##ab c .");
  CHECK_EQUAL(decoded(decoder, {}), "");
}

TEST(cleanup_looks_at_one_token_at_a_time) {
  const WordPieceDecoder decoder("##", true);
  CHECK_EQUAL(decoded(decoder, {"it", "'", "s", "ok", "!", "do", "not", "n't", "'ve"}),
              "it ' s ok! do notn't've");
}

TEST(cleanup_replaces_everywhere) {
  std::string text = "a . b , c ' d do not x ? . !";
  clean_up_spaces(text);
  CHECK_EQUAL(text, "a. b, c'd don't x?.!");
}

TEST(an_empty_prefix_leaves_no_space) {
  CHECK_EQUAL(decoded(WordPieceDecoder("", false), {"a", "b"}), "ab");
}
