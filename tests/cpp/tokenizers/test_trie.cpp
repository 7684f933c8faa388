#include <map>
#include <random>
#include <string>

#include "check.h"
#include "tokenizers/trie.h"

using onnxformers::tokenizers::Trie;

namespace {

std::string random_word(std::mt19937& random, std::size_t most) {
  std::string word;
  for (std::size_t length = random() % (most + 1); length > 0; --length) {
    // Few letters make long common prefixes; some bytes from the whole range.
    word.push_back(static_cast<char>(random() % 8 == 0 ? random() % 256 : 'a' + random() % 3));
  }
  return word;
}

}  // namespace

TEST(an_empty_trie_matches_nothing) {
  const Trie trie;
  CHECK(trie.empty());
  CHECK_EQUAL(trie.longest("abc", 0).value, Trie::kNoValue);
  CHECK(Trie(Trie::Entries()).empty());
}

TEST(longest_matches_are_those_of_a_plain_search) {
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    std::map<std::string, std::int32_t> members;
    for (int i = 0; i < 400; ++i) {
      members.emplace(random_word(random, 9), i);
    }
    const Trie trie(Trie::Entries(members.begin(), members.end()));
    CHECK(!trie.empty());
    for (int i = 0; i < 400; ++i) {
      const std::string text = random_word(random, 20);
      const std::size_t begin = text.empty() ? 0 : random() % text.size();
      Trie::Match expected{begin, Trie::kNoValue};
      for (std::size_t end = begin + 1; end <= text.size(); ++end) {
        const auto found = members.find(text.substr(begin, end - begin));
        if (found != members.end()) {
          expected = {end, found->second};
        }
      }
      const Trie::Match match = trie.longest(text, begin);
      CHECK_EQUAL(match.value, expected.value);
      CHECK_EQUAL(match.end, expected.end);
    }
  }
}

TEST(zeros_are_bytes_like_others) {
  const std::string zero(1, '\0');
  const std::string zeros(3, '\0');
  const Trie trie({{zeros, 1}, {"a", 2}});
  CHECK_EQUAL(trie.longest(zeros, 0).value, 1);
  CHECK_EQUAL(trie.longest(zeros, 1).value, Trie::kNoValue);
  CHECK_EQUAL(trie.longest("a" + zero, 0).end, std::size_t{1});
  CHECK_EQUAL(trie.longest(zero + "a", 0).value, Trie::kNoValue);
}

TEST(every_entry_tells_the_longest_other_one_it_begins_with) {
  std::mt19937 random(2);
  for (int round = 0; round < 20; ++round) {
    std::map<std::string, std::int32_t> members;
    for (int i = 0; i < 300; ++i) {
      members.emplace(random_word(random, 9) + "z", i);
      members.emplace(random_word(random, 5) + "a", 300 + i);
    }
    std::vector<std::int32_t> shorter(600, -2);
    const Trie trie(Trie::Entries(members.begin(), members.end()), shorter);
    for (const auto& [text, value] : members) {
      const auto match = trie.longest(text.substr(0, text.size() - 1), 0);
      CHECK_EQUAL(shorter[static_cast<std::size_t>(value)], match.value);
    }
  }
}
