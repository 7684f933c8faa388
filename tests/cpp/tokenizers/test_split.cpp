#include "check.h"
#include "pieces_of.h"

using namespace onnxformers;
using check::pieces_of;

namespace {

std::string split(const std::string& pattern, const std::string& behavior, bool invert = false) {
  return R"({"type": "Split", "pattern": )" + pattern + R"(, "behavior": ")" + behavior +
         R"(", "invert": )" + (invert ? "true" : "false") + "}";
}

const std::string kDash = R"({"String": "-"})";
const std::string kText = "the-final--countdown";

}  // namespace

TEST(delimiters_go_where_the_behavior_says) {
  CHECK_EQUAL(pieces_of(split(kDash, "Removed"), kText), "the 0-3|final 4-9|countdown 11-20|");
  CHECK_EQUAL(pieces_of(split(kDash, "Isolated"), kText),
              "the 0-3|- 3-4|final 4-9|- 9-10|- 10-11|countdown 11-20|");
  CHECK_EQUAL(pieces_of(split(kDash, "MergedWithPrevious"), kText),
              "the- 0-4|final- 4-10|- 10-11|countdown 11-20|");
  CHECK_EQUAL(pieces_of(split(kDash, "MergedWithNext"), kText),
              "the 0-3|-final 3-9|- 9-10|-countdown 10-20|");
  CHECK_EQUAL(pieces_of(split(kDash, "Contiguous"), kText),
              "the 0-3|- 3-4|final 4-9|-- 9-11|countdown 11-20|");
}

TEST(invert_takes_the_matches_for_the_words) {
  CHECK_EQUAL(pieces_of(split(R"({"Regex": "[a-z]+"})", "Removed", true), "a1bc"), "a 0-1|bc 2-4|");
}

TEST(an_empty_pattern_splits_every_character) {
  for (const std::string pattern : {R"({"Regex": ""})", R"({"String": ""})"}) {
    CHECK_EQUAL(pieces_of(split(pattern, "Isolated"), "a\xC3\xA9"), "a 0-1|\xC3\xA9 1-2|");
  }
}

TEST(delimiters_do_not_reach_across_pieces) {
  const std::string both = R"({"type": "Sequence", "pretokenizers": [)" +
                           split(R"({"String": " "})", "Isolated") + ", " +
                           split(kDash, "Contiguous") + "]}";
  CHECK_EQUAL(pieces_of(both, "- -"), "- 0-1|  1-2|- 2-3|");
}

TEST(what_is_not_known_is_refused) {
  CHECK_ERROR(ErrorKind::FileFormat, "unknown behavior", pieces_of(split(kDash, "Kept"), ""));
  CHECK_ERROR(ErrorKind::FileFormat, "pattern.Regex: [Regex]",
              pieces_of(split(R"({"Regex": "("})", "Removed"), ""));
  CHECK_ERROR(ErrorKind::FileFormat, "pattern", pieces_of(split("{}", "Removed"), ""));
}
