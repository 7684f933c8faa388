#include <limits>
#include <string>

#include "base/json.h"
#include "base/json_writer.h"
#include "check.h"

namespace json = onnxformers::json;

namespace {

std::string again(const std::string& text) {
  const auto document = json::Document::parse(text);
  std::string out;
  json::append_value(out, document.root());
  return out;
}

}  // namespace

TEST(values_come_out_as_they_went_in) {
  const std::string text =
      R"({"a":[null,true,false,-7,9223372036854775807],"b":{"":"x","b":[]},"c":{}})";
  CHECK_EQUAL(again(text), text);
  CHECK_EQUAL(again(" { \"a\" : [ 1 , 2 ] } "), R"({"a":[1,2]})");
}

TEST(numbers_keep_every_bit_and_their_type) {
  for (const double number :
       {0.1, -0.0, 1.0, 1e300, 5e-324, 123456789.125, std::numeric_limits<double>::max()}) {
    std::string out;
    json::append_value(out, json::Document::parse(std::to_string(number)).root());
    CHECK(json::Document::parse(out).root().type() == json::Type::Number);
  }
  CHECK_EQUAL(again("1.0"), "1.0");
  CHECK_EQUAL(again("-0.0"), "-0.0");
  CHECK_EQUAL(json::Document::parse(again("-9.123456789012345")).root().as_number(""),
              -9.123456789012345);
}

TEST(texts_are_escaped_where_they_must_be) {
  CHECK_EQUAL(again(R"("\" \\ \/ \n \u0001 \u00e9 \ud83d\ude00")"),
              "\"\\\" \\\\ / \\u000a \\u0001 \xc3\xa9 \xf0\x9f\x98\x80\"");
}
