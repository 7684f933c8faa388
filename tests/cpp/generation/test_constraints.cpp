#include <algorithm>
#include <cmath>
#include <vector>

#include "check.h"
#include "generation/run_search.h"
#include "generation/search/constraints.h"

namespace {

using onnxformers::ErrorKind;
using namespace onnxformers::generation;
using onnxformers::check::options_of;
using onnxformers::check::run;
using onnxformers::check::scrambled;

using Choices = std::vector<std::vector<Tokens>>;

struct Case {
  std::size_t vocab_size;
  std::vector<Token> ids;
  std::size_t rows;
  Choices words;
  std::int64_t beams;
  OptionValue early_stopping;
  double length_penalty;
  Token eos;
  std::vector<Tokens> expected;  ///< of Python transformers 4.46.3 with the same scores
  std::vector<float> expected_scores;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all{
      // More words than tokens: the best that could be done.
      {11,
       {1, 2},
       1,
       {{{5, 8, 5}}, {{4}}},
       3,
       false,
       1.0,
       6,
       {{1, 2, 5, 8, 5, 0, 5, 7, 0, 9}, {1, 2, 5, 8, 5, 0, 5, 7, 0, 10}},
       {-1.294276475906372F, -1.3460133075714111F}},
      {11,
       {3, 7, 9, 1},
       2,
       {{{6}, {8, 2}, {3, 1}}, {{10, 1}}},
       4,
       true,
       1.0,
       4,
       {{3, 7, 2, 6, 7, 9, 10, 1, 10, 2},
        {3, 7, 2, 6, 7, 9, 10, 1, 4, 0},
        {9, 1, 3, 1, 10, 1, 8, 9, 4, 0},
        {9, 1, 3, 1, 10, 1, 8, 9, 3, 5}},
       {-1.019572138786316F, -1.0454596281051636F, -1.0916451215744019F, -1.1766101121902466F}},
      {17,
       {5},
       1,
       {{{1, 2, 3}, {1, 4, 5}, {9}}, {{2, 2}}},
       5,
       std::string("never"),
       2.0,
       6,
       {{5, 4, 9, 14, 10, 0, 13, 16, 4},
        {5, 4, 9, 14, 10, 0, 13, 16, 2},
        {5, 4, 9, 14, 10, 0, 13, 16, 5}},
       {-0.13471664488315582F, -0.13637186586856842F, -0.1372465044260025F}},
      {17,
       {5, 6, 7},
       1,
       {{{12, 3, 1}, {12, 3, 2}, {12, 4}}},
       3,
       false,
       0.0,
       6,
       {{5, 6, 7, 12, 3, 1, 7, 2, 14, 5, 7}},
       {-12.461243629455566F}},
  };
  return all;
}

}  // namespace

TEST(beams_with_forced_words_are_those_of_the_reference) {
  for (const Case& one : cases()) {
    const std::size_t length = one.ids.size() / one.rows;
    Options options = options_of(static_cast<std::int64_t>(length) + 8);
    options.set("eos_token_id", one.eos);
    options.set("num_beams", one.beams);
    options.set("num_return_sequences", static_cast<std::int64_t>(one.expected.size() / one.rows));
    options.set("early_stopping", one.early_stopping);
    options.set("length_penalty", one.length_penalty);
    options.set("force_words_ids", one.words);
    const auto result = run(scrambled(one.vocab_size), options, one.ids, one.rows);
    CHECK((result.sequences == one.expected));
    for (std::size_t i = 0; i < one.expected.size(); ++i) {
      CHECK(std::abs(result.sequence_scores[i] - one.expected_scores[i]) < 1e-4F);
    }
  }
}

TEST(a_plain_list_of_words_asks_for_each_of_them) {
  Options options = options_of(12);
  options.set("num_beams", std::int64_t{6});
  options.set("num_return_sequences", std::int64_t{2});
  options.set("eos_token_id", Tokens{});
  options.set("force_words_ids", std::vector<Tokens>{{9, 3}, {7}});
  for (const Tokens& tokens : run(scrambled(11), options, {1, 2}, 1).sequences) {
    CHECK(std::ranges::find(tokens, 7) != tokens.end());
    const Tokens pair{9, 3};
    CHECK(!std::ranges::search(tokens, pair).empty());
  }
}

TEST(progress_counts_tokens_of_words) {
  const Constraints constraints({{{1, 2, 3}}, {{4, 5}, {6}}});
  const auto after = [&](const Tokens& tokens) { return ConstraintProgress(constraints, tokens); };
  CHECK_EQUAL(after({}).bank(), std::size_t{0});
  CHECK((after({}).tokens_ahead() == Tokens{1, 4, 6}));
  CHECK_EQUAL(after({1, 2}).bank(), std::size_t{2});
  CHECK((after({1, 2}).tokens_ahead() == Tokens{3}));
  // A word that is broken off comes after those that are waiting.
  CHECK((after({1, 2, 9}).tokens_ahead() == Tokens{4, 6, 1}));
  CHECK_EQUAL(after({6}).bank(), std::size_t{3});
  CHECK((after({6}).tokens_ahead() == Tokens{1}));
  CHECK(after({6, 9, 1, 2, 3}).is_complete());
  CHECK(constraints.are_met(Tokens{4, 5, 1, 2, 3, 8}));
  CHECK(!constraints.are_met(Tokens{1, 2, 6, 3}));
}

TEST(words_that_cannot_be_asked_for_are_refused) {
  const auto refused = [](const std::vector<Tokens>& words, const char* message) {
    CHECK_ERROR(ErrorKind::InvalidArgument, message, Constraints(Choices{words}));
  };
  refused({}, "empty list");
  refused({{}}, "at least one token");
  refused({{3, -1}}, "none of them negative");
  refused({{3}, {3, 4}}, "begins with another");
}
