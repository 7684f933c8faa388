#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include "base/errors.h"
#include "generation/step_model.h"

namespace onnxformers::check {

using generation::Logits;
using generation::Prompts;
using generation::Token;

/// Scores of the next token from all tokens of a row: what stands in a test instead of a model.
using Scores = std::function<std::vector<float>(const std::vector<Token>& tokens)>;

/// Scores that depend on every token before, as good as random.
inline Scores scrambled(std::size_t vocab_size) {
  return [vocab_size](const std::vector<Token>& tokens) {
    std::uint64_t state = 88172645463325252ULL;
    for (const Token token : tokens) {
      state = (state ^ static_cast<std::uint64_t>(token + 1)) * 0x9E3779B97F4A7C15ULL;
    }
    std::vector<float> scores(vocab_size);
    for (float& score : scores) {
      state ^= state << 13U;
      state ^= state >> 7U;
      state ^= state << 17U;
      // Fine enough that ties are rare.
      score = static_cast<float>(state % 1048576U) / 131072.0F;
    }
    return scores;
  };
}

/// A model without a graph. It remembers its rows, so a wrong reordering shows.
class FakeModel final : public generation::StepModel {
 public:
  explicit FakeModel(Scores scores) : scores_(std::move(scores)) {}

  [[nodiscard]] std::size_t rows() const override { return rows_.size(); }

  Logits admit(const Prompts& prompts) override {
    const std::size_t first = rows_.size();
    for (std::size_t i = 0; i < prompts.rows; ++i) {
      const auto ids = prompts.ids.subspan(i * prompts.length, prompts.length);
      std::vector<Token> row;
      for (std::size_t j = 0; j < ids.size(); ++j) {
        if (prompts.mask.empty() || prompts.mask[(i * prompts.length) + j] != 0) {
          row.push_back(ids[j]);
        }
      }
      rows_.push_back(std::move(row));
    }
    return scored(first);
  }

  Logits step(std::span<const Token> tokens, std::span<const std::size_t> parents) override {
    if (!parents.empty()) {
      std::vector<std::vector<Token>> rows;
      for (const std::size_t parent : parents) {
        rows.push_back(rows_.at(parent));
      }
      rows_ = std::move(rows);
    }
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      rows_[i].push_back(tokens[i]);
    }
    ++steps;
    return scored(0);
  }

  Logits extend(std::span<const Token> tokens) override {
    std::vector<float> all;
    for (const Token token : tokens) {
      rows_.at(0).push_back(token);
      const Logits logits = scored(0);
      all.insert(all.end(), logits.data, logits.data + logits.vocab_size);
    }
    values_ = std::move(all);
    const std::size_t width = values_.size() / tokens.size();
    return {values_.data(), tokens.size(), width, width};
  }

  void crop(std::size_t length) override { rows_.at(0).resize(length); }

  [[nodiscard]] Hidden hidden() const override {
    fail(ErrorKind::InvalidArgument, "FakeModel", "no vectors");
  }

  int steps = 0;

 private:
  Logits scored(std::size_t first) {
    values_.clear();
    for (std::size_t i = first; i < rows_.size(); ++i) {
      const auto scores = scores_(rows_[i]);
      values_.insert(values_.end(), scores.begin(), scores.end());
    }
    const std::size_t count = rows_.size() - first;
    const std::size_t width = values_.size() / count;
    return {values_.data(), count, width, width};
  }

  Scores scores_;
  std::vector<std::vector<Token>> rows_;
  std::vector<float> values_;
};

}  // namespace onnxformers::check
