// Contrastive search: of the likeliest tokens the one whose vector is least like those before it.
// Source: Python transformers 4.46.3, GenerationMixin._contrastive_search; Su et al., "A
// contrastive framework for neural text generation", NeurIPS 2022.

#include <algorithm>
#include <cmath>

#include "generation/sampling.h"
#include "generation/search/rows.h"
#include "generation/search/vector_history.h"

namespace onnxformers::generation {

namespace {

class ContrastiveSearch {
 public:
  ContrastiveSearch(const SearchParts& parts, const Prompts& prompts)
      : parts_(parts),
        alpha_(static_cast<float>(parts.options.number("penalty_alpha").value_or(0))),
        count_(parts.options.count("top_k").value_or(0)),
        rows_(parts, prompts, 1),
        next_(prompts.rows) {}

  SearchResult run(const Prompts& prompts) {
    Logits logits = parts_.model->admit(prompts);
    count_ = std::min(count_, logits.vocab_size);
    VectorHistory history(prompts, parts_.model->hidden());
    parents_.resize(prompts.rows * count_);
    for (std::size_t i = 0; i < parents_.size(); ++i) {
      parents_[i] = i / count_;
    }
    while (true) {
      rows_.process(logits);
      find_candidates(logits);
      rows_.record(logits);
      // One step ahead with every candidate: its vector is known only then.
      const Logits ahead = parts_.model->step(tokens_, parents_);
      choose(history);
      if (rows_.append(next_, {})) {
        return rows_.finish();
      }
      logits = chosen_logits(ahead);
    }
  }

 private:
  void find_candidates(const Logits& logits) {
    tokens_.clear();
    probabilities_.clear();
    for (std::size_t i = 0; i < logits.rows; ++i) {
      const auto row = logits.row(i);
      top_candidates(
          {.data = row.data(), .rows = 1, .vocab_size = row.size(), .stride = row.size()}, {},
          count_, found_);
      const float sum = log_sum_exp(row);
      for (const Candidate& candidate : found_) {
        tokens_.push_back(candidate.token);
        probabilities_.push_back(std::exp(candidate.score - sum));
      }
    }
  }

  void choose(VectorHistory& history) {
    const StepModel::Hidden ahead = parts_.model->hidden();
    for (std::size_t row = 0; row < next_.size(); ++row) {
      const std::size_t first = row * count_;
      std::size_t best = first;
      float best_score = 0;
      for (std::size_t i = first; i < first + count_; ++i) {
        const float likeness = history.likeness(row, {ahead.data + (i * ahead.width), ahead.width});
        const float score = ((1.0F - alpha_) * probabilities_[i]) - (alpha_ * likeness);
        if (i == first || score > best_score) {
          best = i;
          best_score = score;
        }
      }
      history.append(row, {ahead.data + (best * ahead.width), ahead.width});
      next_[row] = tokens_[best];
      std::fill_n(parents_.begin() + static_cast<std::ptrdiff_t>(first), count_, best);
    }
  }

  Logits chosen_logits(const Logits& ahead) {
    values_.resize(next_.size() * ahead.vocab_size);
    const Logits chosen{.data = values_.data(),
                        .rows = next_.size(),
                        .vocab_size = ahead.vocab_size,
                        .stride = ahead.vocab_size};
    for (std::size_t row = 0; row < next_.size(); ++row) {
      std::ranges::copy(ahead.row(parents_[row * count_]), chosen.row(row).begin());
    }
    return chosen;
  }

  const SearchParts& parts_;
  float alpha_;
  std::size_t count_;  ///< candidates of each row
  OpenRows rows_;
  std::vector<Token> next_;
  std::vector<Token> tokens_;         ///< candidates of all rows
  std::vector<float> probabilities_;  ///< of the candidates
  std::vector<std::size_t> parents_;  ///< the rows of the model that the candidates go on from
  std::vector<Candidate> found_;
  std::vector<float> values_;
};

}  // namespace

SearchResult contrastive_search(const SearchParts& parts, const Prompts& prompts) {
  return ContrastiveSearch(parts, prompts).run(prompts);
}

}  // namespace onnxformers::generation
