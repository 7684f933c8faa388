#include <string>
#include <vector>

#include "base/utf8.h"
#include "check.h"

namespace utf8 = onnxformers::utf8;

namespace {

/// By the definition of the standard (table 3-7), as a slow twin.
bool is_code_point(std::uint32_t code) {
  return code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF);
}

}  // namespace

TEST(every_code_point_survives_append_and_decode) {
  std::string all;
  std::size_t codes = 0;
  for (std::uint32_t code = 0; code <= 0x10FFFF; ++code) {
    if (is_code_point(code)) {
      std::string one;
      utf8::append(one, code);
      const auto decoded = utf8::decode(one, 0);
      CHECK_EQUAL(static_cast<std::uint32_t>(decoded.code), code);
      CHECK_EQUAL(std::size_t{decoded.length}, one.size());
      const auto valid = utf8::decode_valid(one, 0);
      CHECK_EQUAL(static_cast<std::uint32_t>(valid.code), code);
      CHECK_EQUAL(valid.length, decoded.length);
      all += one;
      ++codes;
    }
  }
  CHECK(utf8::is_valid(all));
  CHECK_EQUAL(utf8::count(all), codes);
}

TEST(lengths_follow_the_standard) {
  const auto length = [](char32_t code) {
    std::string out;
    utf8::append(out, code);
    return out.size();
  };
  CHECK_EQUAL(length(0x7F), 1U);
  CHECK_EQUAL(length(0x80), 2U);
  CHECK_EQUAL(length(0x7FF), 2U);
  CHECK_EQUAL(length(0x800), 3U);
  CHECK_EQUAL(length(0xFFFF), 3U);
  CHECK_EQUAL(length(0x10000), 4U);
}

TEST(what_is_no_code_point_is_appended_as_the_replacement_character) {
  for (const char32_t code : {0xD800U, 0xDFFFU, 0x110000U, 0xFFFFFFFFU}) {
    std::string out;
    utf8::append(out, code);
    CHECK_EQUAL(out, "\xEF\xBF\xBD");
  }
}

TEST(malformed_bytes_are_stepped_over_one_at_a_time) {
  const std::vector<std::string> malformed = {
      "\x80",  // continuation without a lead
      "\xC0\xAF",
      "\xC1\xBF",          // overlong
      "\xE0\x9F\xBF",      // overlong
      "\xF0\x8F\xBF\xBF",  // overlong
      "\xED\xA0\x80",      // surrogate
      "\xF4\x90\x80\x80",  // above U+10FFFF
      "\xF5\x80\x80\x80",
      "\xFF",  // never a lead
      "\xC3",
      "\xE2\x82",
      "\xF0\x9F\x98",  // truncated
      "\xE2"
      "a\x82",  // interrupted
  };
  for (const std::string& text : malformed) {
    const auto decoded = utf8::decode(text, 0);
    CHECK(decoded.code == utf8::kReplacement);
    CHECK_EQUAL(int{decoded.length}, 1);
    CHECK(!utf8::is_valid(text));
    for (std::size_t before = 0; before < 20; ++before) {  // at every place of a machine word
      CHECK(!utf8::is_valid(std::string(before, 'a') + text));
      CHECK(!utf8::is_valid(std::string(before, 'a') + text + "bcdefghijklmnop"));
    }
  }
}

TEST(every_pair_and_triple_of_bytes_is_judged_as_the_standard_does) {
  for (int lead = 0x80; lead < 0x100; ++lead) {
    for (int second = 0; second < 0x100; ++second) {
      const bool continues = second >= 0x80 && second < 0xC0;
      const std::string pair{static_cast<char>(lead), static_cast<char>(second)};
      CHECK_EQUAL(utf8::is_valid(pair), lead >= 0xC2 && lead < 0xE0 && continues);
      const bool overlong = lead == 0xE0 && second < 0xA0;
      const bool surrogate = lead == 0xED && second >= 0xA0;
      const bool triple = lead >= 0xE0 && lead < 0xF0 && continues && !overlong && !surrogate;
      const bool split = lead >= 0xC2 && lead < 0xE0 && continues;
      CHECK_EQUAL(utf8::is_valid(pair + "\xBF"), triple);
      CHECK_EQUAL(utf8::is_valid(pair + "a"), split);
    }
  }
}

TEST(the_replacement_character_itself_is_well_formed) {
  CHECK(utf8::is_valid("\xEF\xBF\xBD"));
  CHECK_EQUAL(int{utf8::decode("\xEF\xBF\xBD", 0).length}, 3);
  CHECK(utf8::is_valid(""));
  CHECK_EQUAL(utf8::count(""), 0U);
}

TEST(broken_bytes_become_replacement_characters) {
  const auto lossy = [](std::string_view bytes) {
    std::string out;
    utf8::append_lossy(out, bytes);
    return out;
  };
  const std::string r = "\xEF\xBF\xBD";
  CHECK_EQUAL(lossy("plain \xC3\xA9 \xF0\x9F\x98\x80"), "plain \xC3\xA9 \xF0\x9F\x98\x80");
  // The examples of the standard, tables 3-8 to 3-11.
  CHECK_EQUAL(lossy("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82"
                    "A"),
              r + r + r + r + r + r + r + r + "A");
  CHECK_EQUAL(lossy("\xED\xA0\x80\xED\xBF\xBF\xED\xAF"
                    "A"),
              r + r + r + r + r + r + r + r + "A");
  CHECK_EQUAL(lossy("\xF4\x91\x92\x93\xFF"
                    "A\x80\xBF"
                    "B"),
              r + r + r + r + r + "A" + r + r + "B");
  CHECK_EQUAL(lossy("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF"
                    "A"),
              r + r + r + r + "A");
  CHECK_EQUAL(lossy("\xF0\x9F\x98"), r);
}

TEST(a_tail_is_incomplete_while_bytes_could_complete_it) {
  CHECK_EQUAL(utf8::incomplete_tail(""), std::size_t{0});
  CHECK_EQUAL(utf8::incomplete_tail("ab"), std::size_t{0});
  CHECK_EQUAL(utf8::incomplete_tail("é"), std::size_t{0});
  CHECK_EQUAL(utf8::incomplete_tail("a\xC3"), std::size_t{1});
  CHECK_EQUAL(utf8::incomplete_tail("\xE7\x8B"), std::size_t{2});
  CHECK_EQUAL(utf8::incomplete_tail("\xF0\x9F\x99"), std::size_t{3});
  // No byte makes these well-formed.
  CHECK_EQUAL(utf8::incomplete_tail("\xC0"), std::size_t{0});
  CHECK_EQUAL(utf8::incomplete_tail("\x80"), std::size_t{0});
  CHECK_EQUAL(utf8::incomplete_tail("\xE0\x80"), std::size_t{0});
  CHECK_EQUAL(utf8::incomplete_tail("\xF5"), std::size_t{0});
}
