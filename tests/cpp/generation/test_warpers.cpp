#include <algorithm>
#include <cmath>

#include "check.h"
#include "generation/logits/sampler.h"
#include "generation/logits/weighted_order.h"
#include "generation/random.h"
#include "processed.h"

using namespace onnxformers::generation;
using onnxformers::ErrorKind;
using onnxformers::check::kForbidden;
using onnxformers::check::processed;
using onnxformers::check::with;
using Scores = std::vector<float>;

namespace {

/// Logarithms of probabilities 0.1, 0.4, 0.2, 0.3.
const Scores kFour{std::log(0.1F), std::log(0.4F), std::log(0.2F), std::log(0.3F)};

/// Which of the scores stay.
std::vector<bool> kept(std::string_view name, const Options& options, const Scores& scores) {
  const auto after = processed(name, options, {}, scores);
  std::vector<bool> all;
  for (std::size_t i = 0; i < after.size(); ++i) {
    CHECK(after[i] == scores[i] || after[i] == kForbidden);
    all.push_back(after[i] == scores[i]);
  }
  return all;
}

Scores random_scores(std::size_t size, std::uint64_t seed, double steps) {
  Scores scores(size);
  for (std::size_t i = 0; i < size; ++i) {
    scores[i] = static_cast<float>(std::floor(random_number(seed, i, 1) * steps) / steps * 18.0);
  }
  return scores;
}

}  // namespace

TEST(warpers_leave_the_tokens_that_they_should) {
  CHECK((kept("TopKLogitsWarper", with({{"top_k", std::int64_t{2}}}), kFour) ==
         std::vector<bool>{false, true, false, true}));
  CHECK((kept("TopKLogitsWarper", with({{"top_k", std::int64_t{9}}}), kFour) ==
         std::vector<bool>{true, true, true, true}));
  CHECK((kept("TopPLogitsWarper", with({{"top_p", 0.65}}), kFour) ==
         std::vector<bool>{false, true, false, true}));
  CHECK((kept("TopPLogitsWarper", with({{"top_p", 0.75}}), kFour) ==
         std::vector<bool>{false, true, true, true}));
  CHECK((kept("TopPLogitsWarper", with({{"top_p", 0.0}}), kFour) ==
         std::vector<bool>{false, true, false, false}));
  CHECK((kept("MinPLogitsWarper", with({{"min_p", 0.6}}), kFour) ==
         std::vector<bool>{false, true, false, true}));
  CHECK((kept("TypicalLogitsWarper", with({{"mass", 0.25}}), kFour) ==
         std::vector<bool>{false, false, false, true}));
  CHECK((kept("EpsilonLogitsWarper", with({{"epsilon", 0.15}}), kFour) ==
         std::vector<bool>{false, true, true, true}));
  CHECK((kept("EtaLogitsWarper", with({{"epsilon", 0.9}}), kFour) ==
         std::vector<bool>{false, true, false, true}));
  CHECK((kept("TopHLogitsWarper", with({{"top_h", 0.6}}), kFour) ==
         std::vector<bool>{false, true, false, true}));
}

TEST(some_tokens_are_kept_in_any_case) {
  const std::pair<std::string, OptionValue> three{"min_tokens_to_keep", std::int64_t{3}};
  const std::vector<bool> best{false, true, true, true};
  CHECK((kept("TopKLogitsWarper", with({{"top_k", std::int64_t{1}}, three}), kFour) == best));
  CHECK((kept("TopPLogitsWarper", with({{"top_p", 0.1}, three}), kFour) == best));
  CHECK((kept("MinPLogitsWarper", with({{"min_p", 0.9}, three}), kFour) == best));
  CHECK((kept("EpsilonLogitsWarper", with({{"epsilon", 0.9}, three}), kFour) == best));
  CHECK((kept("TypicalLogitsWarper", with({{"mass", 0.1}, three}), kFour) == best));
}

TEST(equal_scores_stay_or_go_as_in_transformers) {
  const Scores equal(6, 1.0F);
  CHECK((kept("TopKLogitsWarper", with({{"top_k", std::int64_t{2}}}), equal) ==
         std::vector<bool>(6, true)));
  // Of equals the first ones go.
  CHECK((kept("TopPLogitsWarper", with({{"top_p", 0.6}}), equal) ==
         std::vector<bool>{false, false, true, true, true, true}));
}

TEST(temperature_divides_and_a_filter_value_of_ones_own_fills) {
  CHECK((processed("TemperatureLogitsWarper", with({{"temperature", 0.5}}), {}, {1, -2}) ==
         Scores{2, -4}));
  CHECK((processed("TopKLogitsWarper", with({{"top_k", std::int64_t{1}}, {"filter_value", -7.0}}),
                   {}, {1, 2}) == Scores{-7, 2}));
}

TEST(a_split_by_weight_is_that_of_a_full_sort) {
  for (const double steps : {4.0, 50.0, 1e6}) {
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      const Scores keys = random_scores(1 + seed * 37, seed, steps);
      std::vector<WeightedToken> tokens;
      double total = 0.0;
      for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto weight = static_cast<float>(random_number(seed, i, 2));
        tokens.push_back({keys[i], weight, static_cast<std::uint32_t>(i)});
        total += static_cast<double>(weight);
      }
      auto sorted = tokens;
      std::ranges::stable_sort(sorted, {}, &WeightedToken::key);
      for (const float share : {0.0F, 0.05F, 0.5F, 0.93F}) {
        const WeightLimit limit{total, 0.0, share, true};
        std::size_t expected = 0;
        for (double sum = 0.0; expected < sorted.size(); ++expected) {
          sum += static_cast<double>(sorted[expected].weight);
          if (!limit.holds(sum)) {
            break;
          }
        }
        CHECK_EQUAL(split_by_weight(tokens, limit), expected);
        for (std::size_t i = 0; i < expected; ++i) {
          CHECK(std::ranges::find(sorted.begin(), sorted.begin() + static_cast<long>(expected),
                                  tokens[i].token, &WeightedToken::token) !=
                sorted.begin() + static_cast<long>(expected));
        }
      }
    }
  }
}

TEST(the_sampler_draws_what_the_warpers_and_the_draw_would) {
  const std::vector<Options> all{
      with({}),
      with({{"temperature", 0.7}, {"top_k", std::int64_t{50}}, {"top_p", 0.95}}),
      with({{"top_k", std::int64_t{5000}}, {"min_p", 0.1}}),
      with({{"temperature", 1.3}, {"top_h", 0.5}, {"top_k", std::int64_t{20}}}),
      with({{"top_p", 0.8}, {"typical_p", 0.7}}),
      with({{"top_k", std::int64_t{30}},
            {"eta_cutoff", 0.02},
            {"epsilon_cutoff", 0.01},
            {"renormalize_logits", true}}),
  };
  for (const Options& options : all) {
    const auto warpers = make_warpers(options);
    Sampler sampler(warpers);
    for (std::uint32_t seed = 0; seed < 30; ++seed) {
      Scores scores = random_scores(3000, seed, seed % 2 == 0 ? 1e6 : 30.0);
      scores[17] = kForbidden;
      Scores warped = scores;
      for (const auto& warper : warpers) {
        warper->process({}, warped);
      }
      const double uniform = random_number(3, seed, 0);
      Scores copy = scores;
      CHECK_EQUAL(sampler.sample(copy, uniform), draw(warped, uniform));
      CHECK_EQUAL(Sampler(warpers, true).sample(scores, uniform), draw(warped, uniform));
      CHECK(scores == warped);
    }
  }
}

TEST(a_sampler_refuses_what_says_nothing) {
  const auto warpers = make_warpers(with({{"top_k", std::int64_t{5}}}));
  Sampler sampler(warpers);
  Scores nothing(100, kForbidden);
  CHECK_ERROR(ErrorKind::InvalidArgument, "forbid all tokens", sampler.sample(nothing, 0.5));
  Scores broken(100, 0.0F);
  broken[50] = std::nanf("");
  CHECK_ERROR(ErrorKind::InvalidArgument, "non-finite logits", sampler.sample(broken, 0.5));
  broken[50] = -kForbidden;
  CHECK_ERROR(ErrorKind::InvalidArgument, "non-finite logits", sampler.sample(broken, 0.5));
}

TEST(shares_are_checked_by_name) {
  CHECK_ERROR(ErrorKind::InvalidArgument, "top_p must be from 0 to 1, got 1.5",
              make_processor("TopPLogitsWarper", with({{"top_p", 1.5}})));
  CHECK_ERROR(ErrorKind::InvalidArgument, "temperature must be a number above 0",
              make_processor("TemperatureLogitsWarper", with({{"temperature", 0.0}})));
  CHECK_ERROR(ErrorKind::InvalidArgument, "mass must be above 0 and below 1",
              make_processor("TypicalLogitsWarper", with({{"mass", 1.0}})));
  CHECK_ERROR(ErrorKind::InvalidArgument, "top_h must be above 0",
              make_processor("TopHLogitsWarper", with({{"top_h", 0.0}})));
}
