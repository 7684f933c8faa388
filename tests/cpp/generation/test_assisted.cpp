#include <algorithm>
#include <cmath>
#include <vector>

#include "check.h"
#include "generation/run_search.h"
#include "generation/search/draft.h"

namespace {

using onnxformers::ErrorKind;
using namespace onnxformers::generation;
using namespace onnxformers::check;

/// Scores of the next token from the last three: a text that repeats itself.
Scores repeating(std::size_t vocab_size) {
  return [all = scrambled(vocab_size)](const std::vector<Token>& tokens) {
    const std::size_t count = std::min<std::size_t>(tokens.size(), 1);
    return all({tokens.end() - static_cast<std::ptrdiff_t>(count), tokens.end()});
  };
}

Tokens guess(const std::vector<Token>& ids, std::int64_t count, std::int64_t ngram,
             std::size_t most) {
  Options options = options_of(100);
  options.set("prompt_lookup_num_tokens", count);
  options.set("max_matching_ngram_size", ngram);
  const auto draft = make_prompt_lookup(options);
  const auto found =
      draft->guess(Sequences({.ids = ids, .rows = 1, .length = ids.size()}, ids.size()), most);
  return {found.begin(), found.end()};
}

}  // namespace

TEST(a_draft_changes_nothing_but_the_number_of_steps) {
  const Scores scores = scrambled(kVocabulary);
  for (const char* schedule : {"constant", "heuristic", "heuristic_transient"}) {
    for (std::int64_t count = 1; count < 6; ++count) {
      for (Token seed = 1; seed < 12; ++seed) {
        Options options = options_of(20);
        const std::vector<Token> ids{seed % 11, 2, 3};
        FakeModel plain(scores);
        const auto expected = run(plain, options, ids, 1);
        options.set("num_assistant_tokens", count);
        options.set("num_assistant_tokens_schedule", std::string(schedule));
        options.set("assistant_confidence_threshold", seed % 2 == 0 ? 0.0 : 0.4);
        FakeModel model(scores);
        FakeModel draft(half_right(scores, kVocabulary, seed));
        CHECK((run(model, options, ids, 1, &draft).sequences == expected.sequences));
        CHECK(model.steps <= plain.steps);
      }
    }
  }
}

TEST(a_draft_that_is_right_saves_steps) {
  const Scores scores = scrambled(kVocabulary);
  Options options = options_of(32);
  options.set("eos_token_id", Tokens{});
  options.set("num_assistant_tokens", std::int64_t{5});
  options.set("assistant_confidence_threshold", 0.0);
  FakeModel model(scores);
  FakeModel draft(scores);
  run(model, options, {1, 2}, 1, &draft);
  // 1 token after the prompt, then 6 a step: 29 are left.
  CHECK_EQUAL(model.steps, 5);
}

TEST(looking_up_the_prompt_changes_nothing_but_the_number_of_steps) {
  const Scores scores = repeating(7);
  int saved = 0;
  for (Token first = 0; first < 7; ++first) {
    for (const bool is_drawn : {false, true}) {
      Options options = options_of(40);
      options.set("do_sample", is_drawn);
      options.set("seed", std::int64_t{first});
      options.set("eos_token_id", Tokens{});
      const std::vector<Token> ids{first, 2, 3};
      FakeModel plain(scores);
      const auto expected = run(plain, options, ids, 1);
      options.set("prompt_lookup_num_tokens", std::int64_t{4});
      FakeModel model(scores);
      CHECK((run(model, options, ids, 1).sequences == expected.sequences));
      saved += plain.steps - model.steps;
    }
  }
  CHECK(saved > 20);
}

TEST(the_prompt_is_searched_for_its_last_tokens) {
  CHECK((guess({1, 2, 3, 5, 1, 2}, 3, 2, 9) == Tokens{3, 5, 1}));
  // The longer match first, and of equal ones the first.
  CHECK((guess({2, 9, 1, 2, 5, 1, 2, 6, 1, 2}, 1, 2, 9) == Tokens{5}));
  CHECK((guess({2, 9, 1, 2, 5, 1, 2, 6, 1, 2}, 1, 1, 9) == Tokens{9}));
  CHECK((guess({7, 7}, 5, 2, 9) == Tokens{7}));
  // No further than an end token, the tokens there are, and the tokens asked for.
  CHECK((guess({1, 5, 4, 6, 1}, 3, 1, 9) == Tokens{5}));
  CHECK((guess({1, 2, 1}, 5, 1, 9) == Tokens{2, 1}));
  CHECK((guess({1, 2, 1}, 5, 1, 1) == Tokens{2}));
  CHECK(guess({1, 4, 1}, 5, 1, 9).empty());
  CHECK(guess({1, 2, 3}, 5, 2, 9).empty());
  CHECK(guess({1}, 5, 2, 9).empty());
}

TEST(drawn_tokens_have_the_model_s_probabilities_whatever_the_draft) {
  const auto flat = [](std::vector<float> probabilities) -> Scores {
    for (float& value : probabilities) {
      value = std::log(value);
    }
    return [probabilities](const std::vector<Token>& /*tokens*/) { return probabilities; };
  };
  Options options = options_of(6001);
  options.set("do_sample", true);
  options.set("eos_token_id", Tokens{});
  options.set("num_assistant_tokens", std::int64_t{3});
  options.set("assistant_confidence_threshold", 0.0);
  FakeModel model(flat({0.5F, 0.3F, 0.2F}));
  FakeModel draft(flat({0.2F, 0.2F, 0.6F}));
  const auto result = run(model, options, {0}, 1, &draft);
  std::vector<int> counts(3);
  std::vector<int> pairs(9);
  const Tokens& tokens = result.sequences[0];
  for (std::size_t i = 1; i + 1 < tokens.size(); ++i) {
    ++counts[static_cast<std::size_t>(tokens[i])];
    ++pairs[static_cast<std::size_t>(3 * tokens[i] + tokens[i + 1])];
  }
  CHECK(std::abs(counts[0] - 3000) < 160 && std::abs(counts[1] - 1800) < 150);
  // One after the other they are independent.
  CHECK(std::abs(pairs[0] - 1500) < 150 && std::abs(pairs[5] - 360) < 80);
  CHECK(model.steps < 5000);
}

TEST(a_draft_with_another_vocabulary_is_refused) {
  FakeModel model(scrambled(kVocabulary));
  FakeModel draft(scrambled(kVocabulary + 1));
  CHECK_ERROR(ErrorKind::InvalidArgument, "vocabulary of 12",
              run(model, options_of(8), {1, 2}, 1, &draft));
  Options options = options_of(8);
  options.set("num_assistant_tokens_schedule", std::string("steady"));
  CHECK_ERROR(ErrorKind::InvalidArgument, "num_assistant_tokens_schedule",
              run(model, options, {1, 2}, 1, &draft));
}
