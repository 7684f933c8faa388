#include <string>
#include <string_view>
#include <vector>

#include "base/unicode_grapheme.h"
#include "base/utf8.h"
#include "check.h"

namespace unicode = onnxformers::unicode;
namespace utf8 = onnxformers::utf8;

namespace {

using Clusters = std::vector<std::u32string>;

std::string encode(std::u32string_view codes) {
  std::string text;
  for (const char32_t code : codes) {
    utf8::append(text, code);
  }
  return text;
}

void check(const Clusters& clusters) {
  std::string text;
  for (const auto& cluster : clusters) {
    text += encode(cluster);
  }
  std::size_t begin = 0;
  for (const auto& cluster : clusters) {
    const std::size_t end = unicode::grapheme_end(text, begin);
    CHECK(text.substr(begin, end - begin) == encode(cluster));
    begin = end;
  }
  CHECK_EQUAL(begin, text.size());
}

}  // namespace

TEST(rules_of_the_standard) {
  check({U"a", U"b", U" "});
  check({U"\r\n", U"\n", U"\r", U"\r\n", U"a"});
  check({U"\u0001", U"\u0301", U"\u0001", U"a\u0301"});
  check({U"e\u0301\u0323", U"\u4E2D\u0301", U"e"});
  check({U"\u0915\u0903", U"a\u200D", U"a"});
  check({U"\u0600a\u0301", U"b"});
  check({U"\u0600", U"\n"});
  check({U"\u1100\u1100\u1161\u11A8\u11A8", U"\u1100", U"a"});
  check({U"\uAC00\u1161\u11A8", U"\uAC01\u11A8", U"\uAC01", U"\uAC00", U"\u1100\uAC00"});
  check({U"\U0001F1E6\U0001F1E7", U"\U0001F1E8\U0001F1E9\u0301", U"\U0001F1EA", U"a"});
  check({U"\u263A\u200D\u263A\u200D\U0001F600", U"\u263A", U"\u263A"});
  check({U"\u263A\u0301\u200D\u263A", U"\u263A\u200D\u200D", U"\u263A\u200D\u0301", U"\u263A"});
  check({U"a\u200D", U"\u263A"});
  check({U"\u0915\u094D\u0924\u094D\u200D\u0930", U"\u0915\u0301", U"\u0924"});
  check({U"\u0915\u094D\u200C", U"\u0924"});
  check({U"a\u094D", U"\u0924"});
}

TEST(plain_leads_are_clusters_of_their_own) {
  CHECK(unicode::is_plain_lead('a') && unicode::is_plain_lead('\n'));
  CHECK(!unicode::is_plain_lead('\r') && !unicode::is_plain_lead(0xCC));
  CHECK(unicode::is_plain_lead(0xE4) && !unicode::is_plain_lead(0xEA));
  for (char32_t code = 0; code < 0x110000; ++code) {
    const std::string one = encode(std::u32string(1, code));
    if (unicode::is_plain_lead(static_cast<unsigned char>(one[0])) && one[0] != '\0') {
      CHECK_EQUAL(unicode::grapheme_end(one + one, 0), one.size());
      CHECK_EQUAL(unicode::grapheme_end("a" + one, 0), std::size_t{1});
      CHECK_EQUAL(unicode::grapheme_end(one + "a", 0), one.size());
    }
  }
}
