#include "check.h"
#include "tokenizers/normalizers/bert_normalizer.h"
#include "tokenizers/parsed.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

namespace {

std::string normalized(const char* options, std::string_view text) {
  const Parsed parsed(options);
  NormalizedText out;
  out.reset(text, 0, false);
  make_normalizer(parsed.field)->normalize(out);
  return std::string(out.text());
}

constexpr const char* kDefault = R"({"type": "BertNormalizer"})";
constexpr const char* kCased = R"({"type": "BertNormalizer", "lowercase": false})";
constexpr const char* kNothing = R"({"type": "BertNormalizer", "clean_text": false,
    "handle_chinese_chars": false, "strip_accents": false, "lowercase": false})";

}  // namespace

TEST(control_characters_go_and_whitespace_becomes_a_space) {
  CHECK_EQUAL(normalized(kDefault,
                         "a\x01\tb\xEF\xBF\xBD"
                         "c\xC2\xA0"
                         "d"),
              "a bc d");
  CHECK_EQUAL(normalized(kNothing, "a\x01\tb"), "a\x01\tb");
}

TEST(ideographs_are_set_apart) {
  CHECK_EQUAL(normalized(kDefault,
                         "a\xE4\xB8\xAD"
                         "b\xE3\x81\x82"),
              "a \xE4\xB8\xAD b\xE3\x81\x82");
}

TEST(accents_go_with_the_case_unless_the_file_says_otherwise) {
  CHECK_EQUAL(normalized(kDefault, "\xC3\x89\xC3\xA9"), "ee");
  CHECK_EQUAL(normalized(kCased, "\xC3\x89\xC3\xA9"), "\xC3\x89\xC3\xA9");
  CHECK_EQUAL(normalized(R"({"type": "BertNormalizer", "strip_accents": false})", "\xC3\x89"),
              "\xC3\xA9");
  CHECK_EQUAL(normalized(R"({"type": "BertNormalizer", "strip_accents": true, "lowercase": false})",
                         "\xC3\x89"),
              "E");
}

TEST(a_capital_sigma_never_becomes_a_final_one) {
  CHECK_EQUAL(normalized(kDefault, "\xCE\xA3\xCE\xA3"), "\xCF\x83\xCF\x83");
}

TEST(origins_point_to_the_character_that_was_rewritten) {
  const Parsed parsed(kDefault);
  NormalizedText text;
  // e, acute accent, a control character, an ideograph; the text begins at character 10.
  text.reset("e\xCC\x81\x01\xE4\xB8\xAD", 10, true);
  make_normalizer(parsed.field)->normalize(text);
  CHECK_EQUAL(text.text(), "e \xE4\xB8\xAD ");
  CHECK_EQUAL(text.origin(0), 10U);
  for (std::size_t byte = 1; byte < text.text().size(); ++byte) {
    CHECK_EQUAL(text.origin(byte), 13U);
  }
}

TEST(options_must_be_booleans) {
  CHECK_ERROR(ErrorKind::FileFormat, "part.lowercase: expected a bool, got string",
              normalized(R"({"type": "BertNormalizer", "lowercase": "yes"})", ""));
}
