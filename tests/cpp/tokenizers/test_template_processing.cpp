#include "check.h"
#include "tokenizers/planned.h"
#include "tokenizers/post_processors/template_processing.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

namespace {

constexpr const char* kJson = R"({"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "c", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 3}}],
    "pair": [{"Sequence": {"id": "B", "type_id": 1}}, {"SpecialToken": {"id": "two", "type_id": 2}},
             {"Sequence": {"id": "A", "type_id": 0}}],
    "special_tokens": {"c": {"id": "c", "ids": [9], "tokens": ["c"]},
                       "two": {"id": "two", "ids": [7, 8], "tokens": ["x", "y"]}}})";

}  // namespace

TEST(texts_and_tokens_stand_where_the_template_says) {
  CHECK_EQUAL(planned(kJson, false, true), "9:0 A:3/0");
  CHECK_EQUAL(planned(kJson, true, true), "B:1 7:2 8:2 A:0");
  CHECK_EQUAL(planned(kJson, true, false), "B:1 A:0");
}

TEST(a_file_without_a_template_for_pairs_serves_single_texts) {
  constexpr const char* kSingle = R"({"type": "TemplateProcessing",
      "single": [{"Sequence": {"id": "A", "type_id": 0}}], "special_tokens": {}})";
  CHECK_EQUAL(planned(kSingle, false, true), "A:0");
  CHECK(planned(kSingle, true, true).find("no template for a pair") != std::string::npos);
}

TEST(a_special_token_must_be_known) {
  CHECK_ERROR(ErrorKind::FileFormat,
              "part.single[0].SpecialToken.id: \"c\" is not in part.special_tokens",
              planned(R"({"type": "TemplateProcessing", "special_tokens": {},
                  "single": [{"SpecialToken": {"id": "c", "type_id": 0}}]})",
                      false, true));
}

TEST(wrong_pieces_are_refused) {
  const auto with = [](const std::string& members) {
    return planned(
        (R"({"type": "TemplateProcessing", "special_tokens": {}, )" + members + "}").c_str(), false,
        true);
  };
  CHECK_ERROR(ErrorKind::FileFormat, "uses the second text",
              with(R"("single": [{"Sequence": {"id": "B"}}])"));
  CHECK_ERROR(ErrorKind::FileFormat, "expected \"A\" or \"B\", got \"C\"",
              with(R"("single": [{"Sequence": {"id": "C"}}])"));
  CHECK_ERROR(ErrorKind::FileFormat, "part.single[0]: expected {\"Sequence\"",
              with(R"("single": [{}])"));
  CHECK_ERROR(ErrorKind::FileFormat, "must use both texts",
              with(R"("single": [], "pair": [{"Sequence": {"id": "A"}}])"));
  CHECK_ERROR(ErrorKind::FileFormat, "part.single: expected an array, got string",
              with(R"("single": "$A")"));
}

TEST(a_template_that_grows_without_end_is_refused) {
  std::string ids = "1";
  std::string pieces = R"({"SpecialToken": {"id": "c"}})";
  for (int i = 0; i < 99; ++i) {
    ids += ", 1";
    pieces += R"(, {"SpecialToken": {"id": "c"}})";
  }
  const std::string json = R"({"type": "TemplateProcessing", "single": [)" + pieces +
                           R"(], "special_tokens": {"c": {"id": "c", "ids": [)" + ids + "]}}}";
  CHECK_ERROR(ErrorKind::FileFormat, "at most 1024 tokens", planned(json.c_str(), false, true));
}
