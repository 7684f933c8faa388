#include "check.h"
#include "tokenizers/field.h"
#include "tokenizers/parsed.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

TEST(messages_name_the_path_the_expected_and_the_found_type) {
  const Parsed parsed(R"({"a": {"x y": [1, "z"]}, "n": null, "big": 5000000})");
  const Field a = parsed.field.member("a");
  CHECK_ERROR(ErrorKind::FileFormat,
              "[tokenizer.json] part.a[\"x y\"][1]: expected an integer, got string",
              a.member("x y").element(1).as_integer(0, 9));
  CHECK_ERROR(ErrorKind::FileFormat, "part.a: expected a string, got object", a.as_string());
  CHECK_ERROR(ErrorKind::FileFormat, "part: the field \"q\" is missing", parsed.field.member("q"));
  CHECK_ERROR(ErrorKind::FileFormat, "part.big: expected an integer from 0 to 4194303, got 5000000",
              parsed.field.member("big").as_token_id());
}

TEST(null_counts_as_absent) {
  const Parsed parsed(R"({"n": null, "t": true})");
  CHECK(!parsed.field.find("n"));
  CHECK_EQUAL(parsed.field.bool_or("n", true), true);
  CHECK_EQUAL(parsed.field.bool_or("t", false), true);
  CHECK_EQUAL(parsed.field.string_or("n", "x"), "x");
}

TEST(long_keys_are_shortened_between_characters) {
  std::string key;
  for (int i = 0; i < 40; ++i) {
    key += "\xC3\xA9";
  }
  const std::string shown = shortened("x" + key);
  CHECK_EQUAL(shown.size(), std::size_t{62});
  CHECK(shown.ends_with("\xC3\xA9..."));
}
