#include "check.h"
#include "parsed.h"
#include "tokenizers/pattern.h"

using namespace onnxformers;
using tokenizers::Pattern;

namespace {

std::string matches(const Pattern& pattern, std::string_view text) {
  std::vector<Pattern::Match> found;
  pattern.find_all(text, found);
  std::string joined;
  for (const Pattern::Match& match : found) {
    joined += std::to_string(match.begin) + "-" + std::to_string(match.end) + " ";
  }
  return joined;
}

Pattern read(const std::string& section) {
  const auto document = json::Document::parse(section);
  return Pattern::from_json(tokenizers::Field(document.root()));
}

}  // namespace

TEST(a_string_is_taken_as_it_is) {
  CHECK_EQUAL(matches(read(R"({"String": "a."})"), "a.aba."), "0-2 4-6 ");
  CHECK_EQUAL(matches(read(R"("aa")"), "aaaaa"), "0-2 2-4 ");
  CHECK_EQUAL(matches(read(R"({"String": ""})"), "ab"), "0-0 1-1 2-2 ");
}

TEST(a_regular_expression_is_one) {
  const Pattern pattern = read(R"({"Regex": "a."})");
  CHECK_EQUAL(matches(pattern, "a.aba"), "0-2 2-4 ");
  CHECK(pattern.is_regex());
  CHECK_EQUAL(pattern.source(), "a.");
}

TEST(what_is_no_pattern_is_refused) {
  CHECK_ERROR(ErrorKind::FileFormat, "Regex", read("{}"));
  CHECK_ERROR(ErrorKind::FileFormat, "String", read(R"({"String": 1})"));
  CHECK_ERROR(ErrorKind::FileFormat, "Regex: [Regex] ", read(R"({"Regex": "["})"));
}
