#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "check.h"
#include "tokenizers/parsed.h"
#include "tokenizers/vocabulary.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

TEST(tokens_are_found_both_ways) {
  const Parsed parsed(R"({"a": 0, "": 1, "\u00e9\u0000": 4})");
  const Vocabulary vocabulary = Vocabulary::from_json(parsed.field);
  CHECK_EQUAL(vocabulary.size(), 5U);
  CHECK_EQUAL(vocabulary.find("").value(), 1U);
  CHECK_EQUAL(vocabulary.find(std::string_view("\xC3\xA9\0", 3)).value(), 4U);
  CHECK_EQUAL(vocabulary.token(0).value(), "a");
  CHECK(!vocabulary.find("b"));
  CHECK(!vocabulary.token(2));
  CHECK(!vocabulary.token(5));
}

TEST(an_empty_vocabulary_knows_nothing) {
  const Parsed parsed("{}");
  const Vocabulary vocabulary = Vocabulary::from_json(parsed.field);
  CHECK_EQUAL(vocabulary.size(), 0U);
  CHECK(!vocabulary.find("a"));
}

TEST(tokens_of_any_length_are_kept) {
  // Among others and alone, so that blocks of all sizes come up.
  for (const std::size_t length : {100U, 600U, 20'000U, 40'000U}) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < 300; ++i) {
      texts.push_back(std::string(i % 7 == 3 ? length : i % 5, 'x') + std::to_string(i));
    }
    std::vector<std::optional<std::string_view>> tokens(texts.begin(), texts.end());
    tokens[10].reset();
    const Vocabulary vocabulary(tokens);
    for (std::uint32_t id = 0; id < texts.size(); ++id) {
      CHECK(vocabulary.token(id) == tokens[id]);
      CHECK(vocabulary.find(texts[id]) == (tokens[id] ? std::optional(id) : std::nullopt));
    }
  }
}

TEST(wrong_ids_are_refused) {
  const auto load = [](const char* text) {
    const Parsed parsed(text);
    return Vocabulary::from_json(parsed.field).size();
  };
  CHECK_ERROR(ErrorKind::FileFormat, "part.x: expected an integer, got string",
              load(R"({"x": "1"})"));
  CHECK_ERROR(ErrorKind::FileFormat, "part.x: expected an integer, got number",
              load(R"({"x": 1.5})"));
  CHECK_ERROR(ErrorKind::FileFormat, "from 0 to 4194303, got -1", load(R"({"x": -1})"));
  CHECK_ERROR(ErrorKind::FileFormat, "from 0 to 4194303, got 4194304", load(R"({"x": 4194304})"));
  CHECK_ERROR(ErrorKind::FileFormat, "part.y: the id 7 is also that of \"x\"",
              load(R"({"x": 7, "y": 7})"));
  CHECK_ERROR(ErrorKind::FileFormat, "part: expected an object, got array", load("[]"));
}
