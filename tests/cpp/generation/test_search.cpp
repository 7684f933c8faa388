#include <algorithm>
#include <cmath>
#include <vector>

#include "check.h"
#include "generation/run_search.h"

namespace {

using onnxformers::ErrorKind;
using namespace onnxformers::generation;
using onnxformers::check::kEos;
using onnxformers::check::kPad;
using onnxformers::check::kVocabulary;
using onnxformers::check::options_of;
using onnxformers::check::run;
using onnxformers::check::Scores;
using onnxformers::check::scrambled;

/// Always the best token, one row at a time.
Tokens greedy_twin(const Scores& scores, Tokens row, std::size_t max_length) {
  while (row.size() < max_length) {
    const auto values = scores(row);
    row.push_back(std::ranges::max_element(values) - values.begin());
    if (row.back() == kEos) {
      break;
    }
  }
  return row;
}

std::vector<double> log_softmax(const std::vector<float>& scores) {
  const double highest = *std::ranges::max_element(scores);
  double sum = 0;
  for (const float score : scores) {
    sum += std::exp(score - highest);
  }
  std::vector<double> result;
  for (const float score : scores) {
    result.push_back(score - highest - std::log(sum));
  }
  return result;
}

struct Found {
  double score;
  Tokens tokens;
};

/// Beam search by its definition: every continuation of every beam is written down and sorted.
std::vector<Found> beam_twin(const Scores& scores, const Tokens& prompt, std::size_t beams,
                             std::size_t max_length, double penalty, bool is_early) {
  std::vector<Found> open{{0, prompt}};
  std::vector<Found> ended;
  const auto normed = [&](const Found& found) {
    return found.score / std::pow(found.tokens.size() - prompt.size(), penalty);
  };
  const auto keep = [&](Found found) {
    found.score = normed(found);
    ended.push_back(std::move(found));
    std::ranges::stable_sort(ended, std::ranges::greater{}, &Found::score);
    ended.resize(std::min(ended.size(), beams));
  };
  while (!open.empty() && open[0].tokens.size() < max_length) {
    std::vector<Found> all;
    for (const Found& beam : open) {
      const auto next = log_softmax(scores(beam.tokens));
      for (std::size_t token = 0; token < next.size(); ++token) {
        Found longer{beam.score + next[token], beam.tokens};
        longer.tokens.push_back(static_cast<Token>(token));
        all.push_back(std::move(longer));
      }
    }
    std::ranges::stable_sort(all, std::ranges::greater{}, &Found::score);
    open.clear();
    for (std::size_t rank = 0; rank < all.size() && open.size() < beams; ++rank) {
      if (all[rank].tokens.back() != kEos) {
        open.push_back(all[rank]);
      } else if (rank < beams) {
        Found without{all[rank].score, all[rank].tokens};
        keep(std::move(without));
      }
    }
    const bool is_full = ended.size() == beams;
    if (is_full && (is_early || ended.back().score >= normed(all[0]))) {
      return ended;
    }
  }
  for (Found& beam : open) {
    keep(std::move(beam));
  }
  return ended;
}

}  // namespace

TEST(greedy_rows_go_on_by_themselves_and_end_in_padding) {
  const Scores scores = scrambled(kVocabulary);
  std::vector<Token> ids;
  for (Token i = 0; i < 24; ++i) {
    ids.push_back((i * 7 + 1) % 11);
  }
  const auto result = run(scores, options_of(14), ids, 8);
  std::size_t longest = 0;
  std::vector<Tokens> expected;
  for (std::size_t i = 0; i < 8; ++i) {
    expected.push_back(greedy_twin(scores, {ids[3 * i], ids[3 * i + 1], ids[3 * i + 2]}, 14));
    longest = std::max(longest, expected.back().size());
  }
  for (std::size_t i = 0; i < 8; ++i) {
    expected[i].resize(longest, kPad);
    CHECK((result.sequences[i] == expected[i]));
  }
}

TEST(beams_are_those_of_the_search_over_everything) {
  const Scores scores = scrambled(kVocabulary);
  for (const double penalty : {1.0, 0.0, 2.0, -0.5}) {
    for (std::size_t beams = 2; beams < 6; ++beams) {
      for (const bool is_early : {false, true}) {
        Options options = options_of(9);
        options.set("num_beams", static_cast<std::int64_t>(beams));
        options.set("num_return_sequences", static_cast<std::int64_t>(beams));
        options.set("length_penalty", penalty);
        options.set("early_stopping", is_early);
        const std::vector<Token> ids{1, 2, 9, 3};
        const auto result = run(scores, options, ids, 2);
        for (std::size_t i = 0; i < 2; ++i) {
          const auto expected =
              beam_twin(scores, {ids[2 * i], ids[2 * i + 1]}, beams, 9, penalty, is_early);
          CHECK_EQUAL(expected.size(), beams);
          for (std::size_t j = 0; j < beams; ++j) {
            const std::size_t row = (i * beams) + j;
            Tokens got = result.sequences[row];
            Tokens want = expected[j].tokens;
            want.resize(got.size(), kPad);
            CHECK((got == want));
            CHECK(std::abs(result.sequence_scores[row] - expected[j].score) < 1e-4);
          }
        }
      }
    }
  }
}

TEST(a_seed_fixes_what_is_drawn_in_any_batch) {
  const Scores scores = scrambled(kVocabulary);
  Options options = options_of(12);
  options.set("do_sample", true);
  options.set("seed", std::int64_t{5});
  const auto alone = run(scores, options, {1, 2}, 1);
  const auto both = run(scores, options, {1, 2, 3, 5}, 2);
  Tokens padded = alone.sequences[0];
  padded.resize(both.sequences[0].size(), kPad);
  CHECK((padded == both.sequences[0]));
  options.set("seed", std::int64_t{6});
  CHECK((run(scores, options, {1, 2}, 1).sequences[0] != alone.sequences[0]));
}

TEST(rows_may_be_numbered_as_those_of_a_larger_call) {
  const Scores scores = scrambled(kVocabulary);
  Options options = options_of(12);
  options.set("do_sample", true);
  options.set("seed", std::int64_t{6});
  options.set("num_return_sequences", std::int64_t{2});
  for (const std::int64_t beams : {1, 2}) {
    options.set("num_beams", beams);
    options.set("row_numbers", Tokens{});
    auto whole = run(scores, options, {1, 2, 3, 5, 6, 7}, 3).sequences;
    options.set("row_numbers", Tokens{2, 0});
    auto part = run(scores, options, {6, 7, 1, 2}, 2).sequences;
    for (std::size_t i = 0; i < part.size(); ++i) {
      Tokens expected = whole[(i + 4) % 6];
      expected.resize(12, kPad);
      part[i].resize(12, kPad);
      CHECK((part[i] == expected));
    }
    options.set("row_numbers", Tokens{});
    CHECK((run(scores, options, {6, 7, 1, 2}, 2).sequences[0] != whole[4]));
  }
}

TEST(drawn_tokens_have_their_probabilities) {
  const Scores flat = [](const std::vector<Token>& /*tokens*/) {
    return std::vector<float>{std::log(0.5F), std::log(0.3F), std::log(0.2F)};
  };
  Options options = options_of(4001);
  options.set("do_sample", true);
  options.set("eos_token_id", Tokens{});
  const auto result = run(flat, options, {0}, 1);
  std::vector<int> counts(3);
  for (const Token token : result.sequences[0]) {
    ++counts[static_cast<std::size_t>(token)];
  }
  CHECK(std::abs(counts[0] - 2000) < 160 && std::abs(counts[1] - 1200) < 150);
}

TEST(options_that_contradict_each_other_are_refused) {
  const Scores scores = scrambled(kVocabulary);
  const auto refused = [&](std::initializer_list<std::pair<const char*, OptionValue>> values,
                           const char* message) {
    Options options = options_of(8);
    for (const auto& [name, value] : values) {
      options.set(name, value);
    }
    CHECK_ERROR(ErrorKind::InvalidArgument, message, run(scores, options, {1, 2}, 1));
  };
  refused({{"num_return_sequences", std::int64_t{2}}}, "more than num_beams, which is 1");
  refused({{"num_beams", std::int64_t{2}}, {"num_return_sequences", std::int64_t{3}}},
          "num_return_sequences is 3");
  refused({{"num_beams", std::int64_t{3}}, {"num_beam_groups", std::int64_t{2}}}, "multiple");
  refused({{"num_beams", std::int64_t{4}}, {"num_beam_groups", std::int64_t{2}}}, "diversity");
  refused({{"num_beams", std::int64_t{4}}, {"diversity_penalty", 0.5}}, "diversity_penalty is for");
  const std::vector<Tokens> words{{1}};
  refused({{"force_words_ids", words}}, "force_words_ids needs beams");
  refused({{"force_words_ids", words}, {"num_beams", std::int64_t{2}}, {"do_sample", true}},
          "force_words_ids goes with do_sample=False");
  const std::int64_t look_up = 3;
  refused({{"prompt_lookup_num_tokens", look_up}, {"guidance_scale", 2.0}}, "guidance_scale");
  refused({{"prompt_lookup_num_tokens", look_up}, {"num_beams", std::int64_t{2}}},
          "greedy search and sampling only");
  refused(
      {{"prompt_lookup_num_tokens", look_up}, {"penalty_alpha", 0.6}, {"top_k", std::int64_t{4}}},
      "greedy search and sampling only");
  refused({{"prompt_lookup_num_tokens", look_up},
           {"do_sample", true},
           {"num_return_sequences", std::int64_t{2}}},
          "one prompt");
  refused({{"max_length", std::int64_t{2}}}, "the prompt has 2 tokens");
  refused({{"early_stopping", std::string("soon")}, {"num_beams", std::int64_t{2}}},
          "early_stopping");
}
