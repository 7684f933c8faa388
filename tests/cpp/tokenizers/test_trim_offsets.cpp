#include <string>

#include "check.h"
#include "tokenizers/trim_offsets.h"

using namespace onnxformers::tokenizers;

namespace {

std::string trimmed(CharacterSpan span, std::string_view text, bool is_first,
                    bool add_prefix_space) {
  trim_span(span, text, is_first, add_prefix_space);
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
  CHECK_EQUAL(trimmed({3, 6}, " ab", false, true), "4-6");
}
