#include "generation/search/beam_constraints.h"

#include <algorithm>
#include <functional>
#include <utility>

namespace onnxformers::generation {

namespace {

struct Choice {
  std::size_t parent;
  Token token;
  float score;
  ConstraintProgress progress;
  std::size_t bank = 0;
  std::size_t place = 0;  ///< among those of its bank

  /// Further is better than likelier.
  [[nodiscard]] float rank() const { return static_cast<float>(bank * 100) + score; }
};

class Choices {
 public:
  Choices(const Constraints& constraints, const Sequences& sequences)
      : constraints_(constraints), sequences_(sequences) {}

  /// A beam as it would go on without constraints.
  void add_best(std::size_t parent, Token token, float score) {
    ConstraintProgress progress(constraints_, sequences_.row(parent));
    progress.add(token);
    all_.push_back({parent, token, score, std::move(progress)});
  }

  /// The tokens that bring a row nearer to its constraints.
  void add_ahead(std::size_t row, std::span<const float> scores) {
    const ConstraintProgress progress(constraints_, sequences_.row(row));
    for (const Token token : progress.tokens_ahead()) {
      ConstraintProgress further = progress;
      further.add(token);
      if (!has(row, token)) {
        all_.push_back({row, token, scores[static_cast<std::size_t>(token)], std::move(further)});
      }
    }
  }

  /// The best of each bank, then the second best, and so on.
  std::vector<Choice>& in_turn() {
    for (Choice& choice : all_) {
      // Not before: what was added later may have moved a place that is shared.
      choice.bank = choice.progress.bank();
    }
    std::ranges::stable_sort(all_, std::ranges::greater{}, &Choice::rank);
    for (std::size_t i = 1; i < all_.size(); ++i) {
      all_[i].place = all_[i].bank == all_[i - 1].bank ? all_[i - 1].place + 1 : 0;
    }
    std::ranges::stable_sort(all_, {}, &Choice::place);
    return all_;
  }

  [[nodiscard]] std::size_t size() const { return all_.size(); }

 private:
  [[nodiscard]] bool has(std::size_t row, Token token) const {
    return std::ranges::any_of(all_, [&](const Choice& other) {
      return other.token == token &&
             std::ranges::equal(sequences_.row(other.parent), sequences_.row(row));
    });
  }

  const Constraints& constraints_;
  const Sequences& sequences_;
  std::vector<Choice> all_;
};

}  // namespace

void advance_constraints(const Constraints& constraints, const Sequences& sequences,
                         const Logits& scores, std::size_t first_row, NextBeams& next) {
  Choices choices(constraints, sequences);
  for (std::size_t i = first_row; i < first_row + scores.rows; ++i) {
    choices.add_best(next.parents[i], next.tokens[i], next.scores[i]);
  }
  for (std::size_t i = 0; i < scores.rows; ++i) {
    choices.add_ahead(first_row + i, scores.row(i));
  }
  if (choices.size() == scores.rows) {
    return;
  }
  const auto& best = choices.in_turn();
  for (std::size_t i = 0; i < scores.rows; ++i) {
    next.parents[first_row + i] = best[i].parent;
    next.tokens[first_row + i] = best[i].token;
    next.scores[first_row + i] = best[i].score;
  }
}

}  // namespace onnxformers::generation
