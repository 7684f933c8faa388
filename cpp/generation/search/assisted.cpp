// Assisted generation: the model reads the guesses of a draft in one step, and takes those that it
// would have chosen itself. What comes out is what comes out without a draft; drawn tokens have the
// same probabilities.
// Source: Python transformers 4.46.3, GenerationMixin._assisted_decoding.

#include <algorithm>
#include <cmath>
#include <limits>

#include "generation/sampling.h"
#include "generation/search/draft.h"
#include "generation/search/draws.h"
#include "generation/search/rows.h"

namespace onnxformers::generation {

namespace {

class AssistedSearch {
 public:
  AssistedSearch(const SearchParts& parts, const Prompts& prompts)
      : parts_(parts),
        draft_(parts.draft != nullptr ? make_draft_model(parts)
                                      : make_prompt_lookup(parts.options)),
        max_length_(parts.options.count("max_length").value_or(0)),
        is_drawn_(parts.options.flag("do_sample", false)),
        uniform_(parts.options, 1),
        rows_(parts, prompts, 1) {}

  SearchResult run(const Prompts& prompts) {
    Logits logits = parts_.model->admit(prompts);
    draft_->begin(prompts, logits.vocab_size);
    std::span<const Token> guesses;
    while (!take(logits, guesses)) {
      const std::size_t length = rows_.sequences().length();
      if (taken_ < guesses.size()) {
        parts_.model->crop(length - 1);
      }
      if (!guesses.empty()) {
        draft_->learn(taken_);
      }
      // The step yields a token of the model's own behind the guesses.
      guesses = draft_->guess(rows_.sequences(), max_length_ - length - 1);
      unread_.assign(1, rows_.sequences().row(0).back());
      unread_.insert(unread_.end(), guesses.begin(), guesses.end());
      logits = parts_.model->extend(unread_);
    }
    return rows_.finish();
  }

 private:
  /// Takes guesses as long as they are the model's own choice, and then that choice instead; says
  /// whether the row has ended.
  bool take(const Logits& logits, std::span<const Token> guesses) {
    taken_ = 0;
    for (std::size_t i = 0; i < logits.rows; ++i) {
      const Logits row{.data = logits.row(i).data(),
                       .rows = 1,
                       .vocab_size = logits.vocab_size,
                       .stride = logits.stride};
      rows_.process(row);
      Token token = i < guesses.size() ? check(row.row(0), guesses[i], draft_->probabilities(i))
                                       : choose(row.row(0));
      rows_.record(row);
      if (rows_.append({&token, 1}, row)) {
        return true;
      }
      if (i == guesses.size() || token != guesses[i]) {
        break;
      }
      ++taken_;
    }
    return false;
  }

  Token choose(std::span<float> scores) {
    if (!is_drawn_) {
      return argmax(scores);
    }
    warp(scores);
    return draw(scores, random(kOwnDraw));
  }

  /// The guess, or another token in its place.
  /// @param guessed_from probabilities at the draft; empty: the guess was not drawn.
  /// Source: Leviathan et al., "Fast inference from transformers via speculative decoding", 2023.
  Token check(std::span<float> scores, Token guess, std::span<const float> guessed_from) {
    if (guessed_from.empty()) {
      return choose(scores);
    }
    warp(scores);
    rest_.assign(scores.begin(), scores.end());
    log_softmax_in_place(rest_);
    const auto place = static_cast<std::size_t>(guess);
    if (random(kCheckDraw) * guessed_from[place] <= std::exp(rest_[place])) {
      return guess;
    }
    // What the model gives more to than the draft.
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      const float more = std::exp(rest_[i]) - guessed_from[i];
      rest_[i] = more > 0 ? std::log(more) : -std::numeric_limits<float>::infinity();
    }
    return draw(rest_, random(kOwnDraw));
  }

  void warp(std::span<float> scores) const {
    for (const auto& warper : parts_.warpers) {
      warper->process({}, scores);
    }
  }

  [[nodiscard]] double random(std::size_t draw) const { return uniform_(0, rows_.steps(), draw); }

  const SearchParts& parts_;
  std::unique_ptr<Draft> draft_;
  std::size_t max_length_;
  bool is_drawn_;
  Draws uniform_;
  OpenRows rows_;
  std::size_t taken_ = 0;  ///< guesses of the last step
  Tokens unread_;
  std::vector<float> rest_;
};

}  // namespace

SearchResult assisted_search(const SearchParts& parts, const Prompts& prompts) {
  return AssistedSearch(parts, prompts).run(prompts);
}

}  // namespace onnxformers::generation
