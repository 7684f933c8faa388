#include "check.h"
#include "tokenizers/decoded.h"
#include "tokenizers/decoders/decoder.h"
#include "tokenizers/normalizers/normalizer.h"
#include "tokenizers/planned.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

TEST(normalizers_run_in_order) {
  const Parsed parsed(R"({"type": "Sequence", "normalizers": [
      {"type": "BertNormalizer", "lowercase": false, "strip_accents": true},
      {"type": "BertNormalizer", "lowercase": true, "strip_accents": false}]})");
  NormalizedText text;
  text.reset("\xC3\x89", 0, false);
  make_normalizer(parsed.field)->normalize(text);
  CHECK_EQUAL(text.text(), "e");
}

TEST(pre_tokenizers_split_the_pieces_of_those_before) {
  const Parsed parsed(R"({"type": "Sequence", "pretokenizers": [
      {"type": "BertPreTokenizer"}, {"type": "BertPreTokenizer"}]})");
  PreTokenizedText text;
  text.text.reset("a b,c", 0, false);
  text.reset_pieces();
  make_pre_tokenizer(parsed.field)->split(text);
  CHECK_EQUAL(text.pieces.size(), std::size_t{4});
}

TEST(post_processors_build_on_each_other) {
  constexpr const char* kJson = R"({"type": "Sequence", "processors": [
      {"type": "BertProcessing", "cls": ["c", 9], "sep": ["s", 8]},
      {"type": "TemplateProcessing", "special_tokens": {"t": {"id": "t", "ids": [7]}},
       "single": [{"SpecialToken": {"id": "t"}}, {"Sequence": {"id": "A", "type_id": 1}}]}]})";
  CHECK_EQUAL(planned(kJson, false, true), "7:0 9:1/0 A:1/0 8:1/0");
}

TEST(nothing_may_follow_a_template) {
  constexpr const char* kJson = R"({"type": "Sequence", "processors": [
      {"type": "TemplateProcessing", "special_tokens": {},
       "single": [{"Sequence": {"id": "A", "type_id": 0}}]},
      {"type": "BertProcessing", "cls": ["c", 9], "sep": ["s", 8]}]})";
  CHECK(planned(kJson, false, true).find("follows a TemplateProcessing") != std::string::npos);
}

TEST(decoders_run_in_order) {
  const Parsed parsed(R"({"type": "Sequence", "decoders": [
      {"type": "WordPiece", "prefix": "##", "cleanup": false},
      {"type": "WordPiece", "prefix": " b", "cleanup": false}]})");
  CHECK_EQUAL(decoded(*make_decoder(parsed.field), {"a", "##x", "b"}), "a x");
}

TEST(unknown_types_are_named_with_their_place) {
  const Parsed parsed(R"({"type": "Sequence", "normalizers": [{"type": "Foo"}],
      "pretokenizers": [{"type": 5}], "processors": {}, "decoders": [{}]})");
  CHECK_ERROR(ErrorKind::FileFormat,
              "part.normalizers[0]: unknown type 'Foo'; known: BertNormalizer, ",
              make_normalizer(parsed.field));
  CHECK_ERROR(ErrorKind::FileFormat, "part.pretokenizers[0].type: expected a string, got integer",
              make_pre_tokenizer(parsed.field));
  CHECK_ERROR(ErrorKind::FileFormat, "part.processors: expected an array, got object",
              make_post_processor(parsed.field));
  CHECK_ERROR(ErrorKind::FileFormat, "part.decoders[0]: the field \"type\" is missing",
              make_decoder(parsed.field));
}
