#include <string>
#include <typeinfo>

#include "check.h"
#include "fake_model.h"
#include "generation/logits/classifier_free_guidance.h"
#include "generation/logits/factory.h"
#include "generation/sampling.h"
#include "processed.h"

using namespace onnxformers::generation;
using onnxformers::ErrorKind;
using onnxformers::check::kForbidden;
using onnxformers::check::with;
using Scores = std::vector<float>;

namespace {

/// The names of the classes, without what the compiler puts around them.
std::vector<std::string> names(const LogitsProcessors& processors) {
  std::vector<std::string> all;
  for (const auto& processor : processors) {
    const std::string mangled = typeid(*processor).name();
    std::string found = "own";
    for (const auto& info : processor_infos()) {
      const std::string sized = std::to_string(info.name.size()) + std::string(info.name);
      found = mangled.find(sized) == std::string::npos ? found : std::string(info.name);
    }
    all.push_back(found);
  }
  return all;
}

using Names = std::vector<std::string>;

class Own final : public LogitsProcessor {
 public:
  void process(std::span<const Token> /*tokens*/, std::span<float> scores) override {
    scores[0] = 1.0F;
  }
};

}  // namespace

TEST(options_that_change_nothing_make_no_processor) {
  const auto options = with({{"repetition_penalty", 1.0},
                             {"no_repeat_ngram_size", std::int64_t{0}},
                             {"min_length", std::int64_t{3}},
                             {"remove_invalid_values", false},
                             {"temperature", 1.0},
                             {"top_k", std::int64_t{0}},
                             {"top_p", 1.0},
                             {"typical_p", 1.0},
                             {"epsilon_cutoff", 0.0},
                             {"eta_cutoff", 0.0}});
  CHECK(make_processors(options, {}).empty());
  CHECK(make_warpers(options).empty());
}

TEST(processors_are_applied_in_the_order_of_transformers) {
  const auto options = with({{"suppress_tokens", Tokens{1}},
                             {"min_length", std::int64_t{3}},
                             {"eos_token_id", std::int64_t{0}},
                             {"repetition_penalty", 1.2},
                             {"sequence_bias", std::vector<std::pair<Tokens, double>>{{{1}, 1.0}}},
                             {"remove_invalid_values", true},
                             {"renormalize_logits", true},
                             {"top_p", 0.9},
                             {"temperature", 0.7}});
  std::vector<std::unique_ptr<LogitsProcessor>> own;
  own.push_back(std::make_unique<Own>());
  CHECK((names(make_processors(options, {}, std::move(own))) ==
         Names{"SequenceBiasLogitsProcessor", "RepetitionPenaltyLogitsProcessor",
               "MinLengthLogitsProcessor", "InfNanRemoveLogitsProcessor",
               "SuppressTokensLogitsProcessor", "own", "LogitNormalization"}));
  CHECK((names(make_warpers(options)) ==
         Names{"TemperatureLogitsWarper", "TopPLogitsWarper", "LogitNormalization"}));
}

TEST(facts_of_the_prompt_reach_the_processors) {
  const auto options = with({{"forced_eos_token_id", std::int64_t{0}},
                             {"max_new_tokens", std::int64_t{2}},
                             {"begin_suppress_tokens", Tokens{1}},
                             {"encoder_repetition_penalty", 2.0}});
  PromptFacts prompt;
  const Tokens encoder_ids{2};
  prompt.length = 2;
  prompt.encoder_ids = encoder_ids;
  prompt.encoder_rows = 1;
  const auto processors = make_processors(options, prompt);
  const Tokens ids{1, 1};
  Sequences sequences({ids, {}, 1, 2}, 4);
  Scores scores{1, 2, 3};
  process_all(processors, sequences, {scores.data(), 1, 3, 3});
  CHECK((scores == Scores{1, kForbidden, 6}));
  sequences.append(ids);
  scores = {1, 2, 3};
  process_all(processors, sequences, {scores.data(), 1, 3, 3});
  CHECK((scores == Scores{0, kForbidden, kForbidden}));
}

TEST(only_allowed_tokens_stay) {
  PromptFacts prompt;
  prompt.allowed_tokens = [](std::size_t batch, std::span<const Token> tokens) {
    return batch == 0 ? Tokens{tokens.back()} : Tokens{};
  };
  const auto processors = make_processors({}, prompt);
  const Tokens ids{1, 2};
  Scores scores{1, 2, 3};
  process_all(processors, Sequences({ids, {}, 1, 2}, 2), {scores.data(), 1, 3, 3});
  CHECK((scores == Scores{kForbidden, kForbidden, 3}));
  Scores two(6, 1.0F);
  CHECK_ERROR(ErrorKind::InvalidArgument, "allowed no token for prompt 1",
              (process_all(processors, Sequences({ids, {}, 2, 1}, 2), {two.data(), 2, 3, 3}), 0));
}

TEST(guidance_leads_away_from_the_second_half) {
  auto processor =
      make_processor("ClassifierFreeGuidanceLogitsProcessor", with({{"guidance_scale", 3.0}}));
  CHECK_EQUAL(processor->rows_per_sequence(), 2U);
  const Tokens ids{1};
  Scores scores{1, 2, 0, 4};
  processor->process_rows(Sequences({ids, {}, 1, 1}, 1), {scores.data(), 2, 2, 2});
  CHECK((Scores(scores.begin(), scores.begin() + 2) == Scores{3, -2}));
  CHECK_ERROR(
      ErrorKind::InvalidArgument, "twice as many rows",
      (processor->process_rows(Sequences({ids, {}, 1, 1}, 1), {scores.data(), 1, 2, 2}), 0));
  CHECK_ERROR(
      ErrorKind::InvalidArgument, "guidance_scale must be above 1",
      make_processor("ClassifierFreeGuidanceLogitsProcessor", with({{"guidance_scale", 1.0}})));
  CHECK_ERROR(ErrorKind::InvalidArgument, "guidance_scale needs a model",
              make_processors(with({{"guidance_scale", 1.5}}), {}));
}

TEST(guidance_runs_the_model_once_more_for_the_negative_prompt) {
  onnxformers::check::FakeModel model(onnxformers::check::scrambled(5));
  onnxformers::check::FakeModel twin(onnxformers::check::scrambled(5));
  const Tokens negative{4, 4, 2};
  const Prompts prompts{negative, {}, 1, 3};
  UnbatchedClassifierFreeGuidanceLogitsProcessor guidance(2.0, model, prompts);
  const Tokens ids{1, 3};
  Sequences sequences({ids, {}, 1, 2}, 4);
  for (int step = 0; step < 2; ++step) {
    const Tokens last{sequences.row(0).back()};
    Logits away = step == 0 ? twin.admit(prompts) : twin.step(last, {});
    Scores scores{1, 2, 0, 4, 3};
    Scores expected = scores;
    log_softmax_in_place(expected);
    log_softmax_in_place(away.row(0));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      expected[i] = away.row(0)[i] + (expected[i] - away.row(0)[i]) * 2.0F;
    }
    guidance.process_rows(sequences, {scores.data(), 1, 5, 5});
    CHECK((scores == expected));
    sequences.append(Tokens{2});
  }
  const Tokens two_rows{1, 3, 1, 3};
  Scores scores(10, 1.0F);
  onnxformers::check::FakeModel other(onnxformers::check::scrambled(5));
  UnbatchedClassifierFreeGuidanceLogitsProcessor narrow(2.0, other, prompts);
  CHECK_ERROR(
      ErrorKind::InvalidArgument, "expected 2, got 1",
      (narrow.process_rows(Sequences({two_rows, {}, 2, 2}, 2), {scores.data(), 2, 5, 5}), 0));
}
