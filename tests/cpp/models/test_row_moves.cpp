#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "check.h"
#include "models/row_moves.h"

using namespace onnxformers::models;  // NOLINT(google-build-using-namespace)

namespace {

/// An array over the characters of a text.
TimeBlocks array(std::string& text, std::size_t rows, std::size_t blocks, std::size_t time) {
  return {.data = reinterpret_cast<std::byte*>(text.data()),
          .rows = rows,
          .blocks = blocks,
          .time = time,
          .bytes = text.size() / (rows * blocks * time)};
}

std::string moved(std::string text, const std::vector<std::size_t>& parents, std::size_t* count) {
  std::vector<RowMove> moves;
  std::vector<std::byte> spare;
  plan_moves(parents, moves);
  apply_moves(array(text, parents.size(), 1, 1), moves, spare);
  *count = moves.size();
  return text;
}

}  // namespace

TEST(rows_move_in_place) {
  std::size_t count = 0;
  CHECK_EQUAL(moved("abcd", {0, 1, 2, 3}, &count), "abcd");
  CHECK_EQUAL(count, 0U);
  CHECK_EQUAL(moved("abcd", {0, 0, 2, 0}, &count), "aaca");
  CHECK_EQUAL(count, 2U);
  CHECK_EQUAL(moved("abcd", {1, 0, 2, 3}, &count), "bacd");
  CHECK_EQUAL(count, 3U);
  CHECK_EQUAL(moved("abcd", {1, 2, 3, 0}, &count), "bcda");
  CHECK_EQUAL(moved("abcd", {1, 0, 3, 2}, &count), "badc");
  CHECK_EQUAL(moved("abcd", {1, 2, 3, 3}, &count), "bcdd");
  CHECK_EQUAL(count, 3U);
}

TEST(any_rows_move_in_place) {
  std::mt19937 random(5);
  const std::string text = "abcdefgh";
  for (int round = 0; round < 2000; ++round) {
    std::vector<std::size_t> parents(text.size());
    std::string wanted;
    for (std::size_t& parent : parents) {
      parent = random() % text.size();
      wanted += text[parent];
    }
    std::size_t count = 0;
    CHECK_EQUAL(moved(text, parents, &count), wanted);
    CHECK(count <= text.size() + (text.size() / 2));
  }
}

TEST(slices_of_rows_are_copied) {
  std::string from = "abcdefghijkl";  // two rows, two blocks, three moments
  std::string to(16, '.');            // two rows, two blocks, four moments
  copy_slice(array(from, 2, 2, 3), {.row = 1, .begin = 1, .count = 2}, array(to, 2, 2, 4), 0, 2);
  CHECK_EQUAL(to, "..hi..kl........");
  clear_front(array(to, 2, 2, 4), 0, 2);
  CHECK_EQUAL(to, std::string("\0\0hi\0\0kl........", 16));
  copy_slice(array(from, 2, 2, 3), {.row = 0, .count = 0}, array(to, 2, 2, 4), 1, 0);
  CHECK_EQUAL(to.substr(8), "........");
}

TEST(whole_rows_are_copied) {
  std::string from = "abcdefgh";
  std::string to(8, '.');
  copy_slice(array(from, 2, 2, 2), {.row = 1, .count = 2}, array(to, 2, 2, 2), 0, 0);
  CHECK_EQUAL(to, "efgh....");
}

TEST(rows_without_moments_are_moved) {
  std::vector<RowMove> moves;
  std::vector<std::byte> spare;
  plan_moves(std::vector<std::size_t>{1, 0}, moves);
  apply_moves({.rows = 2, .blocks = 4, .time = 0, .bytes = 4}, moves, spare);
  CHECK(spare.empty());
}
