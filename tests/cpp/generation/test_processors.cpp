#include <cmath>
#include <limits>

#include "check.h"
#include "generation/logits/factory.h"
#include "processed.h"

using namespace onnxformers::generation;
using onnxformers::ErrorKind;
using onnxformers::check::kForbidden;
using onnxformers::check::processed;
using onnxformers::check::with;
using Scores = std::vector<float>;
using Biases = std::vector<std::pair<Tokens, double>>;

TEST(repeated_tokens_are_penalised_once) {
  const auto options = with({{"penalty", 2.0}});
  CHECK((processed("RepetitionPenaltyLogitsProcessor", options, {0, 1, 1, 9, -1}, {4, -3, 2}) ==
         Scores{2, -6, 2}));
  const auto encoder = with({{"penalty", 2.0}, {"encoder_input_ids", std::vector<Tokens>{{0, 1}}}});
  auto processor = make_processor("EncoderRepetitionPenaltyLogitsProcessor", encoder);
  Scores scores{4, -3, 2};
  const Tokens prompt{2};
  const Sequences sequences({prompt, {}, 1, 1}, 1);
  processor->process_rows(sequences, {scores.data(), 1, 3, 3});
  CHECK((scores == Scores{8, -1.5F, 2}));
}

TEST(no_ngram_comes_twice) {
  const auto two = with({{"ngram_size", std::int64_t{2}}});
  CHECK((processed("NoRepeatNGramLogitsProcessor", two, {1, 2, 1, 0, 1}, {5, 5, 5, 5}) ==
         Scores{kForbidden, 5, kForbidden, 5}));
  const auto one = with({{"ngram_size", std::int64_t{1}}});
  CHECK((processed("NoRepeatNGramLogitsProcessor", one, {1, 2}, {5, 5, 5, 5}) ==
         Scores{5, kForbidden, kForbidden, 5}));
  const auto four = with({{"ngram_size", std::int64_t{4}}});
  CHECK((processed("NoRepeatNGramLogitsProcessor", four, {1, 2}, {5, 5, 5, 5}) ==
         Scores{5, 5, 5, 5}));
}

TEST(rows_find_the_encoder_row_of_their_prompt_in_any_order) {
  const auto options = with({{"encoder_ngram_size", std::int64_t{2}},
                             {"encoder_input_ids", std::vector<Tokens>{{0, 1}, {0, 2}}}});
  auto processor = make_processor("EncoderNoRepeatNGramLogitsProcessor", options);
  const Tokens prompts{0, 0};
  Sequences sequences({prompts, {}, 2, 1}, 1);
  sequences.repeat(2);
  sequences.select(std::vector<std::size_t>{3, 0, 2});
  Scores scores(9, 5.0F);
  processor->process_rows(sequences, {scores.data(), 3, 3, 3});
  CHECK((scores == Scores{5, 5, kForbidden, 5, kForbidden, 5, 5, 5, kForbidden}));
}

TEST(the_token_that_completes_a_sequence_gets_its_bias) {
  const auto options =
      with({{"sequence_bias", Biases{{{1}, 2.0}, {{0, 1}, 0.5}, {{3, 0, 2}, -1.0}, {{1}, 3.0}}}});
  CHECK((processed("SequenceBiasLogitsProcessor", options, {3, 0}, {0, 0, 0, 0}) ==
         Scores{0, 3.5F, 0, 0}));
  CHECK((processed("SequenceBiasLogitsProcessor", options, {9, 3, 0}, {0, 0, 0, 0}) ==
         Scores{0, 3.5F, -1, 0}));
  CHECK_ERROR(ErrorKind::InvalidArgument, "vocabulary of 2",
              processed("SequenceBiasLogitsProcessor", options, {3, 0}, {0, 0}));
}

TEST(bad_words_are_forbidden_but_not_the_end) {
  const auto options = with({{"bad_words_ids", std::vector<Tokens>{{3}, {0, 1}, {2}}},
                             {"eos_token_id", std::int64_t{3}}});
  CHECK((processed("NoBadWordsLogitsProcessor", options, {5, 0}, {1, 1, 1, 1}) ==
         Scores{1, kForbidden, kForbidden, 1}));
}

TEST(text_does_not_end_too_early) {
  const auto options = with({{"min_length", std::int64_t{3}}, {"eos_token_id", Tokens{0, 7}}});
  CHECK((processed("MinLengthLogitsProcessor", options, {1, 1}, {1, 2}) == Scores{kForbidden, 2}));
  CHECK((processed("MinLengthLogitsProcessor", options, {1, 1, 1}, {1, 2}) == Scores{1, 2}));
  const auto fresh = with({{"prompt_length_to_skip", std::int64_t{2}},
                           {"min_new_tokens", std::int64_t{1}},
                           {"eos_token_id", std::int64_t{0}}});
  CHECK((processed("MinNewTokensLengthLogitsProcessor", fresh, {1, 1}, {1, 2}) ==
         Scores{kForbidden, 2}));
  CHECK((processed("MinNewTokensLengthLogitsProcessor", fresh, {1, 1, 1}, {1, 2}) == Scores{1, 2}));
}

TEST(tokens_are_forced_where_they_must_come) {
  const auto bos = with({{"bos_token_id", std::int64_t{1}}});
  CHECK((processed("ForcedBOSTokenLogitsProcessor", bos, {5}, {1, 2, 3}) ==
         Scores{kForbidden, 0, kForbidden}));
  CHECK((processed("ForcedBOSTokenLogitsProcessor", bos, {5, 1}, {1, 2, 3}) == Scores{1, 2, 3}));
  CHECK_ERROR(ErrorKind::InvalidArgument, "forced_bos_token_id must be of the model's vocabulary",
              processed("ForcedBOSTokenLogitsProcessor", bos, {5}, {1}));
  const auto eos = with({{"max_length", std::int64_t{3}}, {"eos_token_id", Tokens{0, 2}}});
  CHECK((processed("ForcedEOSTokenLogitsProcessor", eos, {5, 5}, {1, 2, 3}) ==
         Scores{0, kForbidden, 0}));
  CHECK((processed("ForcedEOSTokenLogitsProcessor", eos, {5}, {1, 2, 3}) == Scores{1, 2, 3}));
  const auto map = with({{"force_token_map", std::vector<Tokens>{{1, 2}, {2, 0}}}});
  CHECK((processed("ForceTokensLogitsProcessor", map, {5, 5}, {1, 2, 3}) ==
         Scores{0, kForbidden, kForbidden}));
  CHECK((processed("ForceTokensLogitsProcessor", map, {5, 5, 5}, {1, 2, 3}) == Scores{1, 2, 3}));
}

TEST(what_is_no_number_is_removed) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  const float nan = std::numeric_limits<float>::quiet_NaN();
  CHECK((processed("InfNanRemoveLogitsProcessor", {}, {}, {nan, kForbidden, -kForbidden, 2}) ==
         Scores{0, -kLargest, kLargest, 2}));
}

TEST(the_end_grows_more_likely_behind_a_length) {
  const auto options = with({{"exponential_decay_length_penalty", Biases{{{1}, 1.5}}},
                             {"eos_token_id", Tokens{1}},
                             {"input_ids_seq_length", std::int64_t{2}}});
  CHECK((processed("ExponentialDecayLengthPenalty", options, {5, 5, 5}, {1, -2}) == Scores{1, -2}));
  CHECK((processed("ExponentialDecayLengthPenalty", options, {5, 5, 5, 5, 5}, {1, -2}) ==
         Scores{1, 0.5F}));
  const auto whole = with({{"exponential_decay_length_penalty", Tokens{1, 2}},
                           {"eos_token_id", Tokens{1}},
                           {"input_ids_seq_length", std::int64_t{0}}});
  CHECK((processed("ExponentialDecayLengthPenalty", whole, {5, 5}, {1, -2}) == Scores{1, 0}));
  CHECK((processed("ExponentialDecayLengthPenalty", options, {5, 5, 5, 5}, {1, kForbidden}) ==
         Scores{1, kForbidden}));
}

TEST(tokens_are_suppressed_always_or_at_the_beginning) {
  const auto always = with({{"suppress_tokens", Tokens{0, 99, -1}}});
  CHECK((processed("SuppressTokensLogitsProcessor", always, {5}, {1, 2}) == Scores{kForbidden, 2}));
  const auto first = with({{"begin_suppress_tokens", Tokens{1}}, {"begin_index", std::int64_t{2}}});
  CHECK((processed("SuppressTokensAtBeginLogitsProcessor", first, {5, 5}, {1, 2}) ==
         Scores{1, kForbidden}));
  CHECK((processed("SuppressTokensAtBeginLogitsProcessor", first, {5}, {1, 2}) == Scores{1, 2}));
}

TEST(scores_become_logarithms_of_probabilities) {
  const auto scores = processed("LogitNormalization", {}, {}, {0, std::log(3.0F), kForbidden});
  CHECK(std::abs(scores[0] - std::log(0.25F)) < 1e-6F);
  CHECK(std::abs(scores[1] - std::log(0.75F)) < 1e-6F);
  CHECK_EQUAL(scores[2], kForbidden);
}

TEST(parameters_are_checked_by_name) {
  CHECK_ERROR(ErrorKind::InvalidArgument, "penalty is missing",
              make_processor("RepetitionPenaltyLogitsProcessor", {}));
  CHECK_ERROR(ErrorKind::InvalidArgument, "penalty must be a number above 0, got -1",
              make_processor("RepetitionPenaltyLogitsProcessor", with({{"penalty", -1.0}})));
  CHECK_ERROR(
      ErrorKind::InvalidArgument, "ngram_size must be at least 1, got 0",
      make_processor("NoRepeatNGramLogitsProcessor", with({{"ngram_size", std::int64_t{0}}})));
  CHECK_ERROR(ErrorKind::InvalidArgument, "eos_token_id must be a token id",
              make_processor("MinLengthLogitsProcessor", with({{"min_length", std::int64_t{2}}})));
  CHECK_ERROR(ErrorKind::InvalidArgument, "there is no logits processor 'X'",
              make_processor("X", {}));
}
