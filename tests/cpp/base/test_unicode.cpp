// The compiled tables say for every code point what the property files say; that the files say what
// the reference does is checked by tests/python/base/test_unicode.py.
#include <array>
#include <string>

#include "base/unicode.h"
#include "check.h"
#include "unicode_data.h"

namespace unicode = onnxformers::unicode;
using unicode_data::kCodes;
using unicode_data::read_mapping;
using unicode_data::read_ranges;

namespace {

std::string_view name_of(unicode::Category category) {
  constexpr std::array<std::string_view, 30> kNames = {
      "Cn", "Cc", "Cf", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl",
      "No", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs"};
  return kNames.at(static_cast<std::size_t>(category));
}

}  // namespace

TEST(categories_are_those_of_unicode_16) {
  const auto values = read_ranges("categories-16.0");
  for (char32_t code = 0; code < kCodes; ++code) {
    const std::string_view want = values[code].empty() ? "Cn" : std::string_view(values[code]);
    CHECK(name_of(unicode::category(code)) == want);
  }
}

TEST(bert_goes_by_unicode_8) {
  const auto values = read_ranges("categories-8.0");
  const auto is_ascii_punctuation = [](char32_t code) {
    return std::u32string_view(U"!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").find(code) !=
           std::u32string_view::npos;
  };
  for (char32_t code = 0; code < kCodes; ++code) {
    const std::string& value = values[code];
    const bool is_kept = code == U'\t' || code == U'\n' || code == U'\r';
    CHECK(unicode::is_bert_punctuation(code) ==
          (value.starts_with('P') || is_ascii_punctuation(code)));
    CHECK(unicode::is_bert_control(code) == (value.starts_with('C') && !is_kept));
    CHECK(unicode::is_bert_accent(code) == (value == "Mn"));
  }
}

TEST(marks_and_normalisation_go_by_unicode_9) {
  const auto marks = read_ranges("categories-9.0");
  const auto classes = read_ranges("combining_classes-9.0");
  const auto decompositions = read_mapping("decompositions-9.0");
  for (char32_t code = 0; code < kCodes; ++code) {
    CHECK(unicode::is_combining_mark(code) != marks[code].empty());
    const int want = classes[code].empty() ? 0 : std::stoi(classes[code]);
    CHECK(unicode::combining_class(code) == want);
    const auto found = decompositions.find(code);
    CHECK(unicode::canonical_decomposition(code) ==
          (found == decompositions.end() ? std::u32string_view() : found->second));
  }
}

TEST(lowercase_goes_by_unicode_17) {
  const auto mapping = read_mapping("lowercase-17.0");
  for (char32_t code = 0; code < kCodes; ++code) {
    char32_t own = 0;
    const auto found = mapping.find(code);
    CHECK(unicode::lowercase(code, own) ==
          (found == mapping.end() ? std::u32string_view(&code, 1) : found->second));
  }
}

TEST(numeric_goes_by_unicode_17) {
  const auto values = read_ranges("numeric-17.0");
  for (char32_t code = 0; code < kCodes; ++code) {
    CHECK_EQUAL(unicode::is_numeric(code), !values[code].empty());
  }
}

TEST(scripts_are_those_of_unicode_scripts) {
  const auto values = read_ranges("unicode_scripts");
  for (char32_t code = 0; code < kCodes; ++code) {
    const int want = values[code].empty() ? 0 : std::stoi(values[code]);
    CHECK_EQUAL(int{unicode::script(code)}, want);
  }
  CHECK_EQUAL(unicode::script(U'\u30AB'), unicode::script(U'\u4E2D'));
  CHECK_EQUAL(int{unicode::script(U' ')}, 0);
}

TEST(white_space_is_25_code_points) {
  int count = 0;
  for (char32_t code = 0; code < kCodes; ++code) {
    count += unicode::is_whitespace(code) ? 1 : 0;
  }
  CHECK_EQUAL(count, 25);
  for (const char32_t code :
       U"\t\n\v\f\r \u0085\u00A0\u1680\u2000\u200A\u2028\u2029\u202F\u205F\u3000") {
    CHECK_EQUAL(unicode::is_whitespace(code), code != 0);
  }
  for (const char32_t code : {0x180EU, 0x200BU, 0x2060U, 0xFEFFU}) {
    CHECK(!unicode::is_whitespace(code));
  }
}

TEST(what_the_versions_differ_in) {
  CHECK(unicode::category(0x8E2) == unicode::Category::Cf);  // since 9.0
  CHECK(!unicode::is_bert_control(0x8E2));
  CHECK(unicode::category(0x2E43) == unicode::Category::Po);  // since 9.0
  CHECK(!unicode::is_bert_punctuation(0x2E43));
  CHECK(unicode::category(U'$') == unicode::Category::Sc);
  CHECK(unicode::is_bert_punctuation(U'$'));
  CHECK(unicode::category(0x378) == unicode::Category::Cn);
  CHECK(!unicode::is_bert_control(0x378));
}

TEST(values_beyond_unicode_are_unassigned) {
  for (const char32_t code : {0x110000U, 0xFFFFFFFFU}) {
    char32_t own = 0;
    CHECK(unicode::category(code) == unicode::Category::Cn);
    CHECK(!unicode::is_whitespace(code) && !unicode::is_bert_punctuation(code));
    CHECK(!unicode::is_bert_control(code) && !unicode::is_bert_accent(code));
    CHECK(!unicode::is_combining_mark(code) && !unicode::is_numeric(code));
    CHECK(!unicode::is_alphabetic(code) && !unicode::is_rust_word(code));
    CHECK_EQUAL(int{unicode::script(code)}, 0);
    CHECK(unicode::lowercase(code, own) == std::u32string(1, code));
    CHECK(unicode::canonical_decomposition(code).empty());
    CHECK_EQUAL(int{unicode::combining_class(code)}, 0);
  }
}
