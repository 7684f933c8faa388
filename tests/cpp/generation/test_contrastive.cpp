#include <algorithm>
#include <cmath>
#include <vector>

#include "check.h"
#include "generation/run_search.h"

namespace {

using onnxformers::ErrorKind;
using namespace onnxformers::generation;
using namespace onnxformers::check;

constexpr std::size_t kWidth = 5;

double cosine(const std::vector<float>& a, const std::vector<float>& b) {
  double product = 0;
  double squares_a = 0;
  double squares_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    product += static_cast<double>(a[i]) * b[i];
    squares_a += static_cast<double>(a[i]) * a[i];
    squares_b += static_cast<double>(b[i]) * b[i];
  }
  return product / std::sqrt(squares_a * squares_b);
}

/// By its definition, one row at a time and without a cache.
Tokens twin(const Scores& scores, const Scores& vectors, Tokens row, double alpha,
            std::size_t top_k, std::size_t max_length) {
  while (row.size() < max_length && (row.back() != kEos || row.size() == 2)) {
    const auto values = scores(row);
    double sum = 0;
    for (const float value : values) {
      sum += std::exp(value);
    }
    std::vector<Token> tokens(values.size());
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      tokens[i] = static_cast<Token>(i);
    }
    const auto value_of = [&](Token token) { return values[static_cast<std::size_t>(token)]; };
    std::ranges::stable_sort(tokens, std::ranges::greater{}, value_of);
    tokens.resize(top_k);
    const auto score_of = [&](Token token) {
      Tokens longer = row;
      longer.push_back(token);
      double likeness = -1;
      for (std::size_t length = 1; length <= row.size(); ++length) {
        const Tokens before(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(length));
        likeness = std::max(likeness, cosine(vectors(before), vectors(longer)));
      }
      return (1 - alpha) * std::exp(value_of(token)) / sum - alpha * likeness;
    };
    row.push_back(*std::ranges::max_element(tokens, {}, score_of));
  }
  return row;
}

Options contrastive(double alpha, std::int64_t top_k) {
  Options options = options_of(12);
  options.set("penalty_alpha", alpha);
  options.set("top_k", top_k);
  return options;
}

}  // namespace

TEST(contrastive_search_is_that_of_its_definition) {
  const Scores scores = scrambled(kVocabulary);
  const Scores vectors = scrambled(kWidth);
  for (const double alpha : {0.1, 0.6, 1.0}) {
    for (const std::int64_t top_k : {2, 4, 7}) {
      for (Token first = 0; first < 11; ++first) {
        FakeModel model(scores, vectors);
        const std::vector<Token> ids{first, 2, 3, first};
        const auto result = run(model, contrastive(alpha, top_k), ids, 2);
        for (std::size_t i = 0; i < 2; ++i) {
          Tokens want = twin(scores, vectors, {ids[2 * i], ids[2 * i + 1]}, alpha,
                             static_cast<std::size_t>(top_k), 12);
          want.resize(result.sequences[i].size(), kPad);
          CHECK((result.sequences[i] == want));
        }
      }
    }
  }
}

TEST(padding_is_no_part_of_what_was_said) {
  const std::vector<Token> padded{0, 0, 5, 7};
  const std::vector<std::int64_t> mask{0, 0, 1, 1};
  FakeModel model(scrambled(kVocabulary), scrambled(kWidth));
  FakeModel alone(scrambled(kVocabulary), scrambled(kWidth));
  Options options = contrastive(0.6, 4);
  options.set("eos_token_id", Tokens{});
  const LogitsProcessors none;
  StoppingCriteria stopping;
  stopping.push_back(std::make_unique<MaxLength>(12));
  const SearchParts parts{.model = &model,
                          .options = options,
                          .processors = none,
                          .warpers = none,
                          .stopping = stopping};
  const auto result = search(parts, {.ids = padded, .mask = mask, .rows = 1, .length = 4});
  options.set("max_length", std::int64_t{10});
  const auto expected = run(alone, options, {5, 7}, 1);
  CHECK((Tokens(result.sequences[0].begin() + 2, result.sequences[0].end()) ==
         expected.sequences[0]));
}

TEST(contrastive_search_needs_vectors) {
  FakeModel model(scrambled(kVocabulary));
  CHECK_ERROR(ErrorKind::InvalidArgument, "no vectors", run(model, contrastive(0.6, 4), {1, 2}, 1));
}
