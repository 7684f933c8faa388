#pragma once

#include <cmath>
#include <functional>
#include <numeric>
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

/// Right two times out of three: what a draft may be.
inline Scores half_right(const Scores& right, std::size_t vocab_size, Token seed) {
  return [right, wrong = scrambled(vocab_size), seed](std::vector<Token> tokens) {
    if ((std::accumulate(tokens.begin(), tokens.end(), seed)) % 3 != 0) {
      return right(tokens);
    }
    tokens.push_back(seed);
    return wrong(tokens);
  };
}

/// A model without a graph. It remembers its rows, so a wrong reordering shows.
class FakeModel final : public generation::StepModel {
 public:
  /// @param vectors of the last token, where a test needs them.
  explicit FakeModel(Scores scores, Scores vectors = {})
      : scores_(std::move(scores)), make_vector_(std::move(vectors)) {}

  [[nodiscard]] std::size_t rows() const override { return rows_.size(); }

  Logits admit(const Prompts& prompts) override {
    const std::size_t first = rows_.size();
    read_ = prompts.length;
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
    read_ = 1;
    return scored(0);
  }

  Logits extend(std::span<const Token> tokens) override {
    std::vector<float> all;
    for (const Token token : tokens) {
      rows_.at(0).push_back(token);
      const Logits logits = scored(0);
      all.insert(all.end(), logits.data, logits.data + logits.vocab_size);
    }
    ++steps;
    values_ = std::move(all);
    const std::size_t width = values_.size() / tokens.size();
    return {values_.data(), tokens.size(), width, width};
  }

  void crop(std::size_t length) override { rows_.at(0).resize(length); }

  [[nodiscard]] Hidden hidden() const override {
    if (!make_vector_) {
      fail(ErrorKind::InvalidArgument, "FakeModel", "no vectors");
    }
    vectors_.clear();
    std::size_t width = 0;
    for (const auto& row : rows_) {
      for (std::size_t i = 0; i < read_; ++i) {
        const std::size_t behind = read_ - 1 - i;
        // Padding is not among the tokens that are remembered; its vector means nothing.
        const std::size_t length = behind < row.size() ? row.size() - behind : 0;
        const auto vector =
            make_vector_({row.begin(), row.begin() + static_cast<std::ptrdiff_t>(length)});
        vectors_.insert(vectors_.end(), vector.begin(), vector.end());
        width = vector.size();
      }
    }
    return {vectors_.data(), read_, width};
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
  Scores make_vector_;
  std::size_t read_ = 0;  ///< tokens of each row in the last call
  mutable std::vector<float> vectors_;
  std::vector<std::vector<Token>> rows_;
  std::vector<float> values_;
};

}  // namespace onnxformers::check
