#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "tokenizers/models/crossing_filter.h"

using onnxformers::tokenizers::CrossingFilter;

TEST(every_border_that_a_merge_crosses_is_found) {
  std::mt19937 random(5);
  struct Merge {
    std::string token;
    std::size_t border;
  };
  std::vector<Merge> merges;
  CrossingFilter::Builder builder(2000);
  for (int i = 0; i < 2000; ++i) {
    std::string token(2 + (random() % 9), '\0');
    for (char& byte : token) {
      byte = static_cast<char>(random() % 256);
    }
    const std::size_t border = 1 + (random() % (token.size() - 1));
    builder.add(token, border);
    merges.push_back({token, border});
  }
  const CrossingFilter filter = builder.finish();
  for (const auto& [token, border] : merges) {
    // Whatever else the two tokens have on their far sides.
    const std::string text = "<" + token + ">";
    const char* const at = text.data() + 1 + border;
    CHECK(filter.may_cross(at, border, token.size() - border));
    CHECK(filter.may_cross(at, border + 1, token.size() - border + 1));
  }
}

TEST(other_borders_are_mostly_told_apart) {
  CrossingFilter::Builder builder(1000);
  builder.add("ab", 1);
  builder.add("xcdy", 2);
  builder.add("lmnopq", 3);
  const CrossingFilter filter = builder.finish();
  const auto may_cross = [&](const std::string& text, std::size_t left, std::size_t right) {
    return filter.may_cross(text.data() + left, left, right);
  };
  CHECK(may_cross("zzabzz", 3, 3));
  CHECK(may_cross("zxcdyz", 3, 3));
  CHECK(may_cross("lmnopq", 3, 3));
  CHECK(!may_cross("mnop", 2, 2));  // a merge of longer tokens
  CHECK(!may_cross("cd", 1, 1));
  CHECK(!may_cross("ba", 1, 1));
  CHECK(!may_cross("lmnopz", 3, 3));
  CHECK(!CrossingFilter().may_cross("abcdef" + 3, 3, 3));
}
