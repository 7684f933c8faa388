#include "check.h"
#include "pieces_of.h"

using namespace onnxformers;
using check::pieces_of;

namespace {

std::string metaspace(const std::string& options) {
  return R"({"type": "Metaspace", "replacement": "_")" + options + "}";
}

std::string after_words(const std::string& step) {
  return R"({"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, )" + step + "]}";
}

}  // namespace

TEST(a_sign_stands_before_every_word) {
  CHECK_EQUAL(pieces_of(metaspace(""), "Hey  you"), "_Hey 0-3|_ 3-4|_you 4-8|");
  CHECK_EQUAL(pieces_of(metaspace(""), " Hey"), "_Hey 0-4|");
  CHECK_EQUAL(pieces_of(metaspace(""), "_Hey"), "_Hey 0-4|");
  CHECK_EQUAL(pieces_of(metaspace(R"(, "str_rep": "_", "add_prefix_space": true)"), "a"),
              "_a 0-1|");
}

TEST(without_split_the_text_stays_whole) {
  CHECK_EQUAL(pieces_of(metaspace(R"(, "split": false)"), "a b"), "_a_b 0-3|");
}

TEST(the_scheme_says_where_a_sign_is_put) {
  const std::string first = metaspace(R"(, "prepend_scheme": "first")");
  CHECK_EQUAL(pieces_of(first, "a"), "_a 0-1|");
  CHECK_EQUAL(pieces_of(first, "a", 3), "a 3-4|");
  CHECK_EQUAL(pieces_of(metaspace(R"(, "prepend_scheme": "never")"), "a b"), "a 0-1|_b 1-3|");
  CHECK_EQUAL(pieces_of(metaspace(R"(, "add_prefix_space": false)"), "a"), "a 0-1|");
}

TEST(each_piece_is_looked_at_by_itself) {
  CHECK_EQUAL(pieces_of(after_words(metaspace("")), " a  b"), "_a 1-2|_b 4-5|");
  const std::string first = metaspace(R"(, "prepend_scheme": "first")");
  CHECK_EQUAL(pieces_of(after_words(first), "a b"), "_a 0-1|b 2-3|");
  CHECK_EQUAL(pieces_of(after_words(first), " a b"), "a 1-2|b 3-4|");
}

TEST(what_contradicts_itself_is_refused) {
  CHECK_ERROR(
      ErrorKind::FileFormat, "contradicts",
      pieces_of(metaspace(R"(, "prepend_scheme": "first", "add_prefix_space": false)"), ""));
  CHECK_ERROR(ErrorKind::FileFormat, "known are first",
              pieces_of(metaspace(R"(, "prepend_scheme": "last")"), ""));
  CHECK_ERROR(ErrorKind::FileFormat, "one character",
              pieces_of(R"({"type": "Metaspace", "replacement": "ab"})", ""));
}
