#include <optional>
#include <string>
#include <vector>

#include "check.h"
#include "tokenizers/trim_offsets.h"

using namespace onnxformers::tokenizers;

namespace {

std::string trimmed(CharacterSpan span, std::string_view text, bool is_first,
                    bool add_prefix_space) {
  trim_span(span, outer_spaces(text), is_first, add_prefix_space);
  return std::to_string(span.begin) + "-" + std::to_string(span.end);
}

}  // namespace

TEST(whitespace_at_the_ends_is_left_out) {
  CHECK_EQUAL(trimmed({2, 9}, "  abc\xC4\xA0 ", false, false), "4-7");
  CHECK_EQUAL(trimmed({2, 5}, "abc", false, false), "2-5");
  CHECK_EQUAL(trimmed({2, 4}, "  ", false, false), "4-4");
}

TEST(a_space_that_was_put_in_front_is_not_in_the_text) {
  CHECK_EQUAL(trimmed({0, 3},
                      "\xC4\xA0"
                      "abc",
                      true, true),
              "0-3");
  CHECK_EQUAL(trimmed({3, 6}, " ab", true, true), "3-6");
  CHECK_EQUAL(trimmed({0, 4}, "  ab", true, true), "2-4");
  CHECK_EQUAL(trimmed({3, 6}, " ab", false, true), "4-6");
}

TEST(spaces_are_known_by_id) {
  const std::vector<std::string> tokens = {"ab",
                                           "\xC4\xA0"
                                           "ab ",
                                           "\t", std::string(300, ' ') + "a"};
  const TokenSpaces spaces(5, [&](std::uint32_t id) {
    return id < tokens.size() ? std::optional<std::string_view>(tokens[id]) : std::nullopt;
  });
  for (std::uint32_t id = 0; id < tokens.size(); ++id) {
    CHECK_EQUAL(spaces.find(id).leading, outer_spaces(tokens[id]).leading);
    CHECK_EQUAL(spaces.find(id).trailing, outer_spaces(tokens[id]).trailing);
  }
  CHECK_EQUAL(spaces.find(3).leading, 300U);
  CHECK_EQUAL(spaces.find(4).leading, 0U);
  CHECK_EQUAL(spaces.find(99).trailing, 0U);
}
