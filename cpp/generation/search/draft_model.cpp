#include <algorithm>
#include <cmath>
#include <string>

#include "base/errors.h"
#include "generation/sampling.h"
#include "generation/search/draft.h"
#include "generation/search/draws.h"

namespace onnxformers::generation {

namespace {

/// How many tokens are guessed at a time.
class GuessLength {
 public:
  explicit GuessLength(const Options& options)
      : count_(options.count("num_assistant_tokens", 1).value_or(20)) {
    const std::string schedule = options.text("num_assistant_tokens_schedule").value_or("constant");
    changes_ = schedule == "heuristic" || schedule == "heuristic_transient";
    if (!changes_ && schedule != "constant") {
      fail(ErrorKind::InvalidArgument, "generate",
           R"(num_assistant_tokens_schedule must be "constant", "heuristic" or )"
           R"("heuristic_transient", got ")" +
               schedule + '"');
    }
  }

  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  void learn(std::size_t taken) {
    if (changes_) {
      count_ = taken == count_ ? count_ + 2 : std::max<std::size_t>(count_, 2) - 1;
    }
  }

 private:
  std::size_t count_;
  bool changes_;
};

class DraftModel final : public Draft {
 public:
  explicit DraftModel(const SearchParts& parts)
      : parts_(parts),
        model_(*parts.draft),
        length_(parts.options),
        threshold_(static_cast<float>(
            parts.options.number("assistant_confidence_threshold").value_or(0.4))),
        eos_(parts.options.tokens("eos_token_id")),
        is_drawn_(parts.options.flag("do_sample", false)),
        uniform_(parts.options, 1) {}

  void begin(const Prompts& prompts, std::size_t vocab_size) override {
    const Logits logits = model_.admit(prompts);
    if (logits.vocab_size != vocab_size) {
      fail(ErrorKind::InvalidArgument, "generate",
           "the assistant model has a vocabulary of " + std::to_string(logits.vocab_size) +
               " tokens, and the model one of " + std::to_string(vocab_size) +
               "; they must be the same");
    }
    read_.assign(prompts.ids.begin(), prompts.ids.end());
  }

  std::span<const Token> guess(const Sequences& sequences, std::size_t most) override {
    guessed_.clear();
    const std::size_t count = std::min(length_.count(), most);
    if (count == 0) {
      return guessed_;
    }
    const auto tokens = sequences.row(0);
    Sequences ahead({.ids = tokens, .rows = 1, .length = tokens.size()}, tokens.size() + count);
    Logits logits = catch_up(tokens);
    while (true) {
      const Logits last{.data = logits.row(logits.rows - 1).data(),
                        .rows = 1,
                        .vocab_size = logits.vocab_size,
                        .stride = logits.stride};
      process_all(parts_.processors, ahead, last);
      const Token token = choose(last.row(0), ahead.length() - sequences.prompt_length());
      guessed_.push_back(token);
      if (guessed_.size() == count || is_last(token, last.row(0))) {
        return guessed_;
      }
      ahead.append({&token, 1});
      read_.push_back(token);
      logits = model_.extend({&token, 1});
    }
  }

  void learn(std::size_t taken) override { length_.learn(taken); }

  [[nodiscard]] std::span<const float> probabilities(std::size_t index) const override {
    if (!is_drawn_) {
      return {};
    }
    const std::size_t width = probabilities_.size() / guessed_.size();
    return std::span(probabilities_).subspan(index * width, width);
  }

 private:
  /// Forgets what the model refused, and reads what it took.
  Logits catch_up(std::span<const Token> tokens) {
    const auto common =
        static_cast<std::size_t>(std::ranges::mismatch(read_, tokens).in1 - read_.begin());
    if (common < read_.size()) {
      model_.crop(common);
    }
    read_.assign(tokens.begin(), tokens.end());
    probabilities_.clear();
    return model_.extend(tokens.subspan(common));
  }

  Token choose(std::span<float> scores, std::size_t step) {
    if (!is_drawn_) {
      return argmax(scores);
    }
    for (const auto& warper : parts_.warpers) {
      warper->process({}, scores);
    }
    const float sum = log_sum_exp(scores);
    for (const float score : scores) {
      probabilities_.push_back(std::exp(score - sum));
    }
    return draw(scores, uniform_(0, step, kDraftDraw));
  }

  /// After an end, or a token that the draft is not sure of, guesses are seldom right.
  [[nodiscard]] bool is_last(Token token, std::span<const float> scores) const {
    if (std::ranges::find(eos_, token) != eos_.end()) {
      return true;
    }
    const float score = scores[static_cast<std::size_t>(token)];
    return threshold_ > 0 && std::exp(score - log_sum_exp(scores)) < threshold_;
  }

  const SearchParts& parts_;
  StepModel& model_;
  GuessLength length_;
  float threshold_;
  Tokens eos_;
  bool is_drawn_;
  Draws uniform_;
  Tokens read_;  ///< what the draft has read
  Tokens guessed_;
  std::vector<float> probabilities_;
};

}  // namespace

std::unique_ptr<Draft> make_draft_model(const SearchParts& parts) {
  return std::make_unique<DraftModel>(parts);
}

}  // namespace onnxformers::generation
