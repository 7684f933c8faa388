// The compiled tables say what third_party/unicode/data says; that the files say what the reference
// does is checked by tests/python/base/test_unicode.py.
#include <set>
#include <string>

#include "base/unicode.h"
#include "base/unicode_normalization.h"
#include "base/utf8.h"
#include "check.h"
#include "unicode_data.h"

namespace unicode = onnxformers::unicode;
namespace utf8 = onnxformers::utf8;
using unicode_data::code_of;
using unicode_data::kCodes;

TEST(compatibility_decompositions_are_those_of_the_file) {
  const auto mapping = unicode_data::read_mapping("compatibility-9.0");
  for (char32_t code = 0; code < kCodes + 10; ++code) {
    const auto found = mapping.find(code);
    CHECK(unicode::compatibility_decomposition(code) ==
          (found == mapping.end() ? std::u32string_view() : found->second));
  }
}

TEST(compositions_are_those_of_the_file_and_of_hangul) {
  for (const auto& fields : unicode_data::read_fields("compositions-9.0")) {
    CHECK_EQUAL(unicode::compose(code_of(fields[0]), code_of(fields[1])), code_of(fields[2]));
    CHECK_EQUAL(unicode::compose(code_of(fields[1]), code_of(fields[0])), char32_t{0});
  }
  CHECK_EQUAL(unicode::compose(0x1100, 0x1161), char32_t{0xAC00});
  CHECK_EQUAL(unicode::compose(0xAC00, 0x11A8), char32_t{0xAC01});
  CHECK_EQUAL(unicode::compose(0xAC00, 0x11A7), char32_t{0});
  CHECK_EQUAL(unicode::compose(0xAC01, 0x11A8), char32_t{0});
  CHECK_EQUAL(unicode::compose(0x1112, 0x1175), char32_t{0xD788});
  CHECK_EQUAL(unicode::compose(U'a', U'b'), char32_t{0});
}

TEST(what_is_inert_has_no_class_no_decomposition_and_composes_with_nothing_before) {
  std::set<char32_t> seconds;
  std::set<char32_t> composites;
  for (const auto& fields : unicode_data::read_fields("compositions-9.0")) {
    seconds.insert(code_of(fields[1]));
    composites.insert(code_of(fields[2]));
  }
  for (char32_t code = 0; code < kCodes; ++code) {
    const bool is_syllable = unicode::hangul::is_syllable(code);
    const bool is_starter = unicode::combining_class(code) == 0;
    const bool decomposes = is_syllable || !unicode::canonical_decomposition(code).empty();
    const bool is_compatible = !unicode::compatibility_decomposition(code).empty();
    const bool is_jamo = (code >= 0x1161 && code <= 0x1175) || (code >= 0x11A8 && code <= 0x11C2);
    const bool is_second = seconds.contains(code) || is_jamo;
    const bool comes_back = !decomposes || is_syllable || composites.contains(code);
    const bool is_nfc = is_starter && comes_back && !is_second;
    CHECK_EQUAL(unicode::is_inert(code, unicode::InertNfc), is_nfc);
    CHECK_EQUAL(unicode::is_inert(code, unicode::InertOrdered), comes_back && !is_second);
    CHECK_EQUAL(unicode::is_inert(code, unicode::InertNfkc), is_nfc && !is_compatible);
    CHECK_EQUAL(unicode::is_inert(code, unicode::InertNfd), is_starter && !decomposes);
    CHECK_EQUAL(unicode::is_inert(code, unicode::InertNfkd),
                is_starter && !decomposes && !is_compatible);
    CHECK_EQUAL(unicode::is_inert(code, unicode::InertUnmarked), !unicode::is_combining_mark(code));
    char32_t own = 0;
    const bool has_case = unicode::lowercase(code, own) != std::u32string_view(&code, 1);
    CHECK_EQUAL(unicode::is_inert(code, unicode::InertLowercase), !has_case);
  }
}

TEST(skipping_stops_at_the_first_that_is_not_inert) {
  for (const unicode::Inert change :
       {unicode::InertNfc, unicode::InertNfd, unicode::InertNfkc, unicode::InertNfkd,
        unicode::InertUnmarked, unicode::InertLowercase, unicode::InertOrdered}) {
    for (char32_t code = 0; code < kCodes; code += code < 0x3000 ? 1 : 7) {
      if (code >= 0xD800 && code < 0xE000) {
        continue;
      }
      std::string text = "plain text 中文";
      const std::size_t begin = text.size();
      utf8::append(text, code);
      const std::size_t end = text.size();
      text += "x";
      CHECK_EQUAL(unicode::skip_inert(text, 0, change),
                  code < 0x80 || unicode::is_inert(code, change) ? text.size() : begin);
      CHECK_EQUAL(unicode::skip_inert(text, end, change), text.size());
    }
  }
  CHECK_EQUAL(unicode::skip_inert("", 0, unicode::InertNfc), std::size_t{0});
}
