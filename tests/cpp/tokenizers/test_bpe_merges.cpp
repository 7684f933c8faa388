#include <map>
#include <random>
#include <utility>
#include <vector>

#include "check.h"
#include "tokenizers/models/bpe_merges.h"

using namespace onnxformers::tokenizers;

TEST(merges_that_come_before_those_of_their_parts_are_told) {
  CHECK(BpeMerges({{0, 1, 2}, {2, 1, 3}}).is_ordered());
  CHECK(!BpeMerges({{2, 1, 3}, {0, 1, 2}}).is_ordered());
  CHECK(BpeMerges().is_ordered());
}

TEST(of_a_pair_that_is_there_twice_the_later_rank_counts) {
  const BpeMerges merges({{0, 1, 2}, {1, 1, 3}, {0, 1, 2}});
  CHECK_EQUAL(merges.rank(0, 1), 2U);
  CHECK_EQUAL(merges.rank(1, 0), BpeMerges::kNone);
}

TEST(ids_are_ranks_where_they_rise_with_them) {
  const BpeMerges merges(BpeMerges::by_id({{0, 1, 3}, {3, 1, 5}}));
  CHECK_EQUAL(merges.rank(0, 1), 3U);
  CHECK_EQUAL(merges.rank(3, 1), 5U);
  CHECK(merges.is_live(3) && !merges.is_live(4));
  CHECK(merges.is_ordered());
  CHECK_EQUAL(merges.merged(5), 5U);
  CHECK_EQUAL(BpeMerges::by_id({{0, 1, 5}, {1, 1, 3}}).size(), std::size_t{2});
  CHECK_EQUAL(BpeMerges::by_id({{0, 1, 2}, {1, 1, 2}}).size(), std::size_t{2});
  CHECK_EQUAL(BpeMerges::by_id({{0, 1, 2}, {1, 1, 2'000'000}}).size(), std::size_t{2});
}

TEST(ranks_are_found_among_many) {
  std::mt19937 random(11);
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> ranks;
  std::vector<BpeMerges::Merge> merges;
  const auto any_id = [&] { return static_cast<std::uint32_t>(random() % 1000); };
  for (std::uint32_t rank = 0; rank < 50000; ++rank) {
    merges.push_back({.left = any_id(), .right = any_id(), .merged = 1000 + rank});
    ranks[{merges.back().left, merges.back().right}] = rank;
  }
  const BpeMerges table(merges);
  for (std::uint32_t left = 0; left < 1000; ++left) {
    for (std::uint32_t right = 0; right < 1000; ++right) {
      const auto expected = ranks.find({left, right});
      const BpeMerges::Found found = table.find(left, right);
      CHECK_EQUAL(found.rank, expected == ranks.end() ? BpeMerges::kNone : expected->second);
      if (expected != ranks.end()) {
        CHECK_EQUAL(found.merged, 1000 + found.rank);
      }
    }
  }
}
