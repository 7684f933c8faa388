#include <map>
#include <random>
#include <string>

#include "check.h"
#include "tokenizers/models/short_words.h"

using namespace onnxformers::tokenizers;

TEST(words_are_told_apart_up_to_their_length) {
  const std::string with_zero("ab\0", 3);
  const ShortWords words(
      {{"ab", 5}, {with_zero, 6}, {"abcdefghijklmnop", 7}, {"abcdefghijklmnopq", 8}});
  CHECK_EQUAL(words.find(ShortWords::load("ab")), 5U);
  CHECK_EQUAL(words.find(ShortWords::load(with_zero)), 6U);
  CHECK_EQUAL(words.find(ShortWords::load("abcdefghijklmnop")), 7U);
  CHECK_EQUAL(words.find(ShortWords::load("abc")), ShortWords::kNone);
}

TEST(most_words_are_found_and_no_other) {
  std::mt19937 random(2);
  std::map<std::string, std::int32_t> members;
  const auto word = [&] {
    std::string text;
    for (std::size_t length = 1 + random() % 16; length > 0; --length) {
      text.push_back(static_cast<char>(random() % 4));
    }
    return text;
  };
  for (int i = 0; i < 3000; ++i) {
    members.emplace(word(), i);
  }
  const ShortWords words({members.begin(), members.end()});
  std::size_t found = 0;
  for (const auto& [text, id] : members) {
    const std::uint32_t there = words.find(ShortWords::load(text));
    CHECK(there == static_cast<std::uint32_t>(id) || there == ShortWords::kNone);
    found += there != ShortWords::kNone ? 1 : 0;
  }
  CHECK(found > members.size() / 2);
  for (int i = 0; i < 3000; ++i) {
    const std::string text = word();
    CHECK(members.contains(text) || words.find(ShortWords::load(text)) == ShortWords::kNone);
  }
}
