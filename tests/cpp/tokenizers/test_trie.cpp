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
  CHECK_EQUAL(trie.longest(Trie::kRoot, "abc", 0).value, Trie::kNoValue);
  CHECK(Trie(std::vector<std::pair<std::string_view, std::int32_t>>()).empty());
}

TEST(longest_matches_are_those_of_a_plain_search) {
  std::mt19937 random(1);
  for (int round = 0; round < 20; ++round) {
    std::map<std::string, std::int32_t> members;
    for (int i = 0; i < 400; ++i) {
      members.emplace(random_word(random, 9), i);
    }
    const Trie trie(
        std::vector<std::pair<std::string_view, std::int32_t>>(members.begin(), members.end()));
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
      const Trie::Match match = trie.longest(Trie::kRoot, text, begin);
      CHECK_EQUAL(match.value, expected.value);
      CHECK_EQUAL(match.end, expected.end);
    }
  }
}

TEST(walking_a_prefix_leads_to_what_is_below_it) {
  const Trie trie({{"##", 0}, {"##ing", 1}, {"in", 2}});
  const Trie::Node below = trie.walk(Trie::kRoot, "##");
  CHECK_EQUAL(trie.longest(below, "ing", 0).value, 1);
  CHECK_EQUAL(trie.longest(Trie::kRoot, "ing", 0).value, 2);
  CHECK_EQUAL(trie.walk(Trie::kRoot, "#x"), Trie::kNone);
}
