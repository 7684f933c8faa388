#include <algorithm>
#include <numeric>
#include <random>
#include <string>

#include "check.h"
#include "tokenizers/radix_sort.h"

using onnxformers::tokenizers::byte_order;

TEST(the_order_is_that_of_a_stable_sort) {
  std::mt19937 random(11);
  for (const std::size_t size : {0, 1, 2, 50, 3000}) {
    std::vector<std::string> texts(size);
    for (std::string& text : texts) {
      for (std::size_t length = random() % 14; length > 0; --length) {
        text.push_back("ab\x00\xFF\x80"[random() % 5]);
      }
    }
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    std::vector<std::uint32_t> expected(size);
    std::iota(expected.begin(), expected.end(), 0U);
    std::ranges::stable_sort(expected, {}, [&](std::uint32_t i) { return views[i]; });
    CHECK(byte_order(views.size(), [&](std::uint32_t i) { return views[i]; }) == expected);
  }
}
