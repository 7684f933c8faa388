#include <vector>

#include "check.h"
#include "generation/sequences.h"

using onnxformers::generation::Sequences;
using onnxformers::generation::Token;

namespace {

std::vector<Token> row(const Sequences& sequences, std::size_t index) {
  const auto tokens = sequences.row(index);
  return {tokens.begin(), tokens.end()};
}

const std::vector<Token> kPrompts{1, 2, 3, 4};

Sequences two_rows(std::size_t capacity) {
  return Sequences({.ids = kPrompts, .rows = 2, .length = 2}, capacity);
}

}  // namespace

TEST(tokens_are_appended_to_every_row_beyond_the_capacity_too) {
  for (const std::size_t capacity : {std::size_t{0}, std::size_t{3}, std::size_t{9}}) {
    Sequences sequences = two_rows(capacity);
    for (Token token = 5; token < 9; ++token) {
      sequences.append(std::vector<Token>{token, token + 10});
    }
    CHECK((row(sequences, 0) == std::vector<Token>{1, 2, 5, 6, 7, 8}));
    CHECK((row(sequences, 1) == std::vector<Token>{3, 4, 15, 16, 17, 18}));
    CHECK_EQUAL(sequences.prompt_length(), 2U);
    Sequences lower = sequences.slice(1, 1);
    CHECK_EQUAL(lower.rows(), 1U);
    CHECK_EQUAL(lower.prompt_of(0), 1U);
    lower.append(std::vector<Token>{9});
    CHECK((row(lower, 0) == std::vector<Token>{3, 4, 15, 16, 17, 18, 9}));
    CHECK_EQUAL(sequences.length(), 6U);
  }
}

TEST(rows_are_repeated_dropped_and_put_in_another_order) {
  Sequences sequences = two_rows(3);
  sequences.repeat(2);
  CHECK_EQUAL(sequences.rows(), 4U);
  CHECK((row(sequences, 1) == std::vector<Token>{1, 2}));
  CHECK((row(sequences, 2) == std::vector<Token>{3, 4}));
  sequences.append(std::vector<Token>{5, 6, 7, 8});
  sequences.select(std::vector<std::size_t>{3, 0, 0});
  CHECK_EQUAL(sequences.rows(), 3U);
  CHECK((row(sequences, 0) == std::vector<Token>{3, 4, 8}));
  CHECK((row(sequences, 1) == std::vector<Token>{1, 2, 5}));
  CHECK((row(sequences, 2) == std::vector<Token>{1, 2, 5}));
  CHECK_EQUAL(sequences.prompt_of(0), 1U);
  CHECK_EQUAL(sequences.prompt_of(2), 0U);
}
