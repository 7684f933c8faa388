// The pre-tokenizers that go by single characters.

#include "check.h"
#include "pieces_of.h"

using namespace onnxformers;
using check::pieces_of;

TEST(whitespace_keeps_words_and_what_stands_between) {
  const std::string section = R"({"type": "Whitespace"})";
  CHECK_EQUAL(pieces_of(section, "Hey, you..  1\xC2\xBD"),
              "Hey 0-3|, 3-4|you 5-8|.. 8-10|1 12-13|\xC2\xBD 13-14|");
  // A joiner is part of a word.
  CHECK_EQUAL(pieces_of(section, "a\xE2\x80\x8D!"), "a\xE2\x80\x8D 0-2|! 2-3|");
}

TEST(whitespace_split_knows_all_of_unicode) {
  CHECK_EQUAL(pieces_of(R"({"type": "WhitespaceSplit"})",
                        "a\xE3\x80\x80"
                        "b,\tc"),
              "a 0-1|b, 2-4|c 5-6|");
}

TEST(punctuation_is_isolated_unless_told_otherwise) {
  CHECK_EQUAL(pieces_of(R"({"type": "Punctuation"})", "a,$b"), "a 0-1|, 1-2|$ 2-3|b 3-4|");
  CHECK_EQUAL(pieces_of(R"({"type": "Punctuation", "behavior": "Contiguous"})", "a,$b"),
              "a 0-1|,$ 1-3|b 3-4|");
}

TEST(digits_are_all_numeric_characters) {
  const std::string text = "a12\xE2\x85\xA7";
  CHECK_EQUAL(pieces_of(R"({"type": "Digits", "individual_digits": true})", text),
              "a 0-1|1 1-2|2 2-3|\xE2\x85\xA7 3-4|");
  CHECK_EQUAL(pieces_of(R"({"type": "Digits"})", text), "a 0-1|12\xE2\x85\xA7 1-4|");
}

TEST(a_delimiter_is_dropped) {
  CHECK_EQUAL(pieces_of(R"({"type": "CharDelimiterSplit", "delimiter": "\u00e9"})",
                        "a\xC3\xA9\xC3\xA9"
                        "b"),
              "a 0-1|b 3-4|");
  CHECK_ERROR(ErrorKind::FileFormat, "one character",
              pieces_of(R"({"type": "CharDelimiterSplit", "delimiter": ""})", ""));
}

TEST(fixed_length_counts_characters) {
  CHECK_EQUAL(pieces_of(R"({"type": "FixedLength", "length": 2})",
                        "a\xC3\xA9"
                        "bcd"),
              "a\xC3\xA9 0-2|bc 2-4|d 4-5|");
  CHECK_EQUAL(pieces_of(R"({"type": "FixedLength"})", "abcdef"), "abcde 0-5|f 5-6|");
  CHECK_ERROR(ErrorKind::FileFormat, "length",
              pieces_of(R"({"type": "FixedLength", "length": 0})", "a"));
}

TEST(scripts_split_and_what_joins_with_all_stays_behind) {
  const std::string section = R"({"type": "UnicodeScripts"})";
  CHECK_EQUAL(pieces_of(section,
                        "  ab \xE3\x81\x8B\xE6\xBC\xA2"
                        "1"),
              "ab  2-5|\xE3\x81\x8B\xE6\xBC\xA2 5-7|1 7-8|");
  CHECK_EQUAL(pieces_of(section, "  "), "");
}
