#include <utility>

#include "check.h"
#include "tokenizers/encodings.h"

using namespace onnxformers::tokenizers;
using onnxformers::ErrorKind;

namespace {

/// Special token 9 before the first text and 8 behind each.
PostPlan plan_for(bool is_pair) {
  PostPlan plan = PostPlan::initial(is_pair);
  plan.encodings[0].insert(plan.encodings[0].begin(), {LayoutPart::kSpecial, 9, 0, 0});
  for (std::uint32_t i = 0; i < plan.encodings.size(); ++i) {
    plan.encodings[i].push_back({LayoutPart::kSpecial, 8, i, i});
  }
  return plan;
}

std::string shown(const Encodings& rows) {
  std::string text;
  for (std::size_t row = 0; row < rows.size(); ++row) {
    for (const std::uint32_t id : rows.ids(row)) {
      text += std::to_string(id) + " ";
    }
    text += "| ";
  }
  return text;
}

Tokens tokens_of(std::vector<std::uint32_t> ids) {
  Tokens tokens;
  tokens.ids = std::move(ids);
  return tokens;
}

using Numbers = std::vector<std::int64_t>;

}  // namespace

TEST(overflow_of_a_pair_comes_in_the_order_of_the_reference) {
  const Tokens first = tokens_of({1, 2});
  const Tokens second = tokens_of({3, 4});
  const Encodings::Text texts[] = {{&first, {{0, 1}, {1, 2}}}, {&second, {{0, 1}, {1, 2}}}};
  Encodings rows;
  rows.append(plan_for(true), texts, 5, true);
  CHECK_EQUAL(shown(rows), "9 1 8 3 8 | 9 2 8 3 8 | 9 2 8 4 8 | 9 1 8 4 8 | ");
  CHECK_EQUAL(rows.sample(3), std::size_t{5});
  CHECK(rows.truncated(0));
}

TEST(rows_of_another_are_added_with_their_samples) {
  const Tokens tokens = tokens_of({1, 2});
  const Encodings::Text texts[] = {{&tokens, {{0, 2}}}};
  Encodings rows;
  rows.append(plan_for(false), texts, 0, false);
  Encodings more;
  more.append(plan_for(false), texts, 1, false);
  rows.append(std::move(more), 4);
  CHECK_EQUAL(shown(rows), "9 1 2 8 | 9 1 2 8 | ");
  CHECK_EQUAL(rows.sample(1), std::size_t{5});
}

TEST(a_row_that_was_written_can_be_taken_back) {
  const auto encode = [](std::size_t text, Tokens& tokens) {
    for (std::uint32_t i = 1; i <= 2; ++i) {
      const auto word = static_cast<std::uint32_t>(text);
      tokens.texts.add(tokens.ids.size(), std::to_string(i));
      tokens.ids.push_back((10 * (word + 1)) + i);
      tokens.spans.push_back({.begin = i, .end = i + 1});
      tokens.words.push_back(word);
    }
  };
  Encodings rows(true);
  for (const std::size_t sample : {0, 1}) {
    const auto lengths = rows.write_row(plan_for(true), sample, encode);
    CHECK_EQUAL(lengths[0], std::size_t{2});
    CHECK_EQUAL(lengths[1], std::size_t{2});
  }
  CHECK_EQUAL(shown(rows), "9 11 12 8 21 22 8 | 9 11 12 8 21 22 8 | ");
  Tokens first = tokens_of({1});
  Tokens second;
  rows.take_row(std::vector<Tokens*>{&first, &second});
  CHECK_EQUAL(shown(rows), "9 11 12 8 21 22 8 | ");
  CHECK_EQUAL(*rows.text(0, 5), "2");
  CHECK((first.ids == std::vector<std::uint32_t>{11, 12}));
  CHECK((second.words == std::vector<std::uint32_t>{1, 1}));
  CHECK_EQUAL(second.spans[1].end, std::uint32_t{3});
  CHECK_EQUAL(second.texts.token(0), std::size_t{0});
  CHECK_EQUAL(second.texts.text(0), "1");
  const Encodings::Text texts[] = {{&first, {{1, 2}}}, {&second, {{1, 2}}}};
  rows.append(plan_for(true), texts, 1, true);
  CHECK_EQUAL(shown(rows), "9 11 12 8 21 22 8 | 9 12 8 22 8 | ");
  CHECK_EQUAL(*rows.text(1, 3), "2");
  CHECK(!rows.text(1, 0));
}

TEST(padding_fills_either_side) {
  const Tokens first = tokens_of({1});
  const Tokens second = tokens_of({3, 4});
  const Encodings::Text pair[] = {{&first, {{0, 1}}}, {&second, {{0, 2}}}};
  const Encodings::Text single[] = {{&first, {{0, 1}}}};
  Encodings rows;
  rows.append(plan_for(true), pair, 0, false);
  rows.append(plan_for(false), single, 1, false);
  Padding padding;
  padding.multiple_of = 4;
  padding.pad_id = 77;
  padding.pad_type_id = 5;
  const std::vector<std::size_t> order = {1, 0};
  const std::size_t length = rows.padded_length(order, padding);
  CHECK_EQUAL(length, std::size_t{8});
  for (const Side side : {Side::Right, Side::Left}) {
    padding.side = side;
    Numbers ids(16);
    Numbers mask(16);
    Numbers types(16);
    rows.pad(order, length, padding, ids.data(), mask.data(), types.data());
    const bool left = side == Side::Left;
    CHECK(ids == (left ? Numbers{77, 77, 77, 77, 77, 9, 1, 8, 77, 77, 9, 1, 8, 3, 4, 8}
                       : Numbers{9, 1, 8, 77, 77, 77, 77, 77, 9, 1, 8, 3, 4, 8, 77, 77}));
    CHECK(mask == (left ? Numbers{0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1}
                        : Numbers{1, 1, 1, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 0, 0}));
    CHECK(types == (left ? Numbers{5, 5, 5, 5, 5, 0, 0, 0, 5, 5, 0, 0, 0, 1, 1, 1}
                         : Numbers{0, 0, 0, 5, 5, 5, 5, 5, 0, 0, 0, 1, 1, 1, 5, 5}));
  }
}

TEST(a_row_that_is_too_long_is_not_cut) {
  const Tokens tokens = tokens_of({1, 2});
  const Encodings::Text texts[] = {{&tokens, {{0, 2}}}};
  Encodings rows;
  rows.append(plan_for(false), texts, 0, false);
  Padding padding;
  padding.length = 3;
  const std::vector<std::size_t> order = {0};
  CHECK_ERROR(ErrorKind::InvalidArgument, "a row has 4 tokens, more than the length 3",
              rows.padded_length(order, padding));
}

TEST(overflow_that_would_fill_the_memory_is_refused) {
  const Tokens tokens = tokens_of(std::vector<std::uint32_t>(200000));
  Parts parts;
  for (std::size_t i = 0; i < 200000; ++i) {
    parts.push_back({i, i + 1});
  }
  const Encodings::Text texts[] = {{&tokens, parts}, {&tokens, parts}};
  Encodings rows;
  CHECK_ERROR(ErrorKind::InvalidArgument, "these texts overflow into 40000000000 rows",
              (rows.append(plan_for(true), texts, 0, true), 0));
}
