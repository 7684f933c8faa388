#include <algorithm>
#include <random>
#include <set>

#include "check.h"
#include "tokenizers/free_units.h"

using onnxformers::tokenizers::FreeUnits;

TEST(no_unit_is_given_twice) {
  std::mt19937 random(7);
  FreeUnits units;
  std::set<std::size_t> taken{0};
  std::size_t children = 0;
  for (int round = 0; round < 3000; ++round) {
    std::set<std::uint32_t> codes;
    const std::size_t count = random() % 10 < 7 ? 1 : 1 + (random() % 40);
    while (codes.size() < count) {
      codes.insert(1 + (random() % 300));
    }
    const std::vector<std::uint32_t> list(codes.begin(), codes.end());
    const std::uint32_t base = units.place(list);
    for (const std::uint32_t code : list) {
      CHECK(taken.insert(base + code).second);
    }
    children += count;
  }
  CHECK_EQUAL(units.end(), *taken.rbegin() + 1);
  CHECK(units.end() < 3 * children);
}

TEST(distinct_bases_are_given_once) {
  std::mt19937 random(8);
  FreeUnits units(FreeUnits::Bases::Distinct);
  std::set<std::size_t> taken{0};
  std::set<std::uint32_t> bases;
  std::size_t children = 0;
  for (int round = 0; round < 3000; ++round) {
    std::set<std::uint32_t> codes;
    const std::size_t count = random() % 10 < 7 ? 1 : 1 + (random() % 40);
    while (codes.size() < count) {
      codes.insert(random() % 256);
    }
    const std::vector<std::uint32_t> list(codes.begin(), codes.end());
    const std::uint32_t base = units.place(list);
    CHECK(bases.insert(base).second);
    for (const std::uint32_t code : list) {
      CHECK(taken.insert(base + code).second);
    }
    children += count;
  }
  CHECK(units.end() < 3 * children);
}

TEST(high_codes_need_no_long_search) {
  FreeUnits units;
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    const std::vector<std::uint32_t> codes{i % 2 == 0 ? 1U : 50'000U};
    (void)units.place(codes);
  }
  CHECK(units.end() <= 150'001);
}
