// The compiled tables say what third_party/unicode/data says; that the files say what the reference
// does is checked by tests/python/base/test_unicode.py.
#include <set>
#include <string>

#include "base/unicode_regex.h"
#include "check.h"
#include "unicode_data.h"

namespace unicode = onnxformers::unicode;
using unicode_data::code_of;
using unicode_data::kCodes;
using unicode_data::range_of;
using unicode_data::read_fields;

TEST(properties_are_those_of_the_file) {
  for (const auto& fields : read_fields("regex_properties-16.0")) {
    std::size_t begin = 0;
    while (begin <= fields[0].size()) {
      const std::size_t end = std::min(fields[0].find('=', begin), fields[0].size());
      const auto found = unicode::find_property(fields[0].substr(begin, end - begin));
      CHECK(found.has_value());
      CHECK_EQUAL(found->size(), fields.size() - 1);
      for (std::size_t i = 0; i < found->size(); ++i) {
        const auto [first, last] = range_of(fields[i + 1]);
        CHECK((*found)[i].first == first && (*found)[i].last == last);
      }
      begin = end + 1;
    }
  }
}

TEST(names_are_compared_without_case_and_signs) {
  CHECK(unicode::find_property("HAN").has_value());
  CHECK(unicode::find_property("white space").has_value());
  CHECK(unicode::find_property("Old-italic").has_value());
  for (const auto* name : {"", "L", "Han2", "zzz", "ASCII_"}) {
    CHECK(!unicode::find_property(name).has_value());
  }
}

TEST(word_characters_are_letters_marks_digits_and_connectors) {
  const auto alphabetic = *unicode::find_property("Alphabetic");
  std::size_t range = 0;
  for (char32_t code = 0; code < kCodes; ++code) {
    while (range < alphabetic.size() && alphabetic[range].last < code) {
      ++range;
    }
    const bool is_alphabetic = range < alphabetic.size() && alphabetic[range].first <= code;
    CHECK_EQUAL(unicode::is_alphabetic(code), is_alphabetic);
    const auto category = unicode::category(code);
    const bool is_other = category == unicode::Category::Mn || category == unicode::Category::Mc ||
                          category == unicode::Category::Me || category == unicode::Category::Nd ||
                          category == unicode::Category::Pc;
    CHECK_EQUAL(unicode::is_word(code), is_alphabetic || is_other);
    const bool is_joiner = code == 0x200C || code == 0x200D;
    CHECK_EQUAL(unicode::is_rust_word(code), is_alphabetic || is_other || is_joiner);
  }
}

TEST(some_digits_of_latin_1_are_words_outside_brackets_only) {
  std::u32string found;
  for (char32_t code = 0; code < kCodes; ++code) {
    if (unicode::is_word_outside_brackets(code) != unicode::is_word(code)) {
      found.push_back(code);
    }
  }
  CHECK(found == U"\u00B2\u00B3\u00B9\u00BC\u00BD\u00BE");
}

TEST(case_folding_is_that_of_the_file) {
  std::set<char32_t> equal;
  std::set<char32_t> several;
  for (const auto& fields : read_fields("case_folding-16.0")) {
    std::u32string codes;
    for (std::size_t i = 1; i < fields.size(); ++i) {
      codes.push_back(code_of(fields[i]));
    }
    if (fields[0] == "+") {
      several.insert(codes[0]);
      CHECK(unicode::case_expansion(codes[0]) == codes.substr(1));
      continue;
    }
    for (std::size_t i = 0; i < codes.size(); ++i) {
      std::u32string others = codes;
      others.erase(i, 1);
      equal.insert(codes[i]);
      CHECK(unicode::case_equivalents(codes[i]) == others);
    }
  }
  for (char32_t code = 0; code < kCodes; ++code) {
    CHECK_EQUAL(unicode::case_equivalents(code).empty(), !equal.contains(code));
    CHECK_EQUAL(unicode::case_expansion(code).empty(), !several.contains(code));
  }
  CHECK(unicode::case_equivalents(U'k') == U"K\u212A");
  CHECK(unicode::case_expansion(U'\u00DF') == U"ss");
}
