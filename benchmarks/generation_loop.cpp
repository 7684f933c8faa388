// What the token loop itself costs: every search over a model whose scores are copied from a table,
// in microseconds of CPU time a step, the copying left out.
//
//   cmake --preset tests -DCMAKE_BUILD_TYPE=Release
//   cmake --build build/tests --target benchmark_generation_loop
//   build/tests/tests/cpp/benchmark_generation_loop [vocabulary]

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <initializer_list>
#include <memory>
#include <utility>
#include <vector>

#include "generation/logits/factory.h"
#include "generation/random.h"
#include "generation/search/search.h"
#include "generation/stopping/factory.h"

namespace {

using namespace onnxformers::generation;

constexpr std::size_t kPrompt = 8;

/// Of this program: others do not count.
double seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

/// Scores of a table, row after row.
class Table final : public StepModel {
 public:
  explicit Table(std::size_t vocab_size) : vocab_size_(vocab_size), table_(kRows * vocab_size) {
    for (std::size_t i = 0; i < table_.size(); ++i) {
      table_[i] = static_cast<float>(10 * random_number(1, i, 0));
    }
  }
  [[nodiscard]] std::size_t rows() const override { return rows_; }
  Logits admit(const Prompts& prompts) override { return copied(prompts.rows); }
  Logits step(std::span<const Token> tokens, std::span<const std::size_t> /*parents*/) override {
    return copied(tokens.size());
  }
  Logits extend(std::span<const Token> tokens) override { return copied(tokens.size()); }
  void crop(std::size_t /*length*/) override {}
  [[nodiscard]] Hidden hidden() const override { return {}; }

  double spent = 0;  ///< seconds of copying

 private:
  static constexpr std::size_t kRows = 61;

  Logits copied(std::size_t rows) {
    const double begin = seconds();
    rows_ = rows;
    values_.resize(rows * vocab_size_);
    for (std::size_t i = 0; i < rows; ++i, next_ = (next_ + 1) % kRows) {
      std::copy_n(table_.data() + next_ * vocab_size_, vocab_size_,
                  values_.data() + i * vocab_size_);
    }
    spent += seconds() - begin;
    return {values_.data(), rows, vocab_size_, vocab_size_};
  }

  std::size_t vocab_size_;
  std::size_t rows_ = 0;
  std::size_t next_ = 0;
  std::vector<float> table_;
  std::vector<float> values_;
};

double microseconds_of_step(Table& model, const Options& options, std::size_t steps) {
  const Tokens ids(kPrompt, 5);
  PromptFacts facts;
  facts.length = kPrompt;
  const auto processors = make_processors(options, facts);
  const auto warpers = make_warpers(options);
  const auto stopping = make_criteria(options);
  const SearchParts parts{.model = &model,
                          .options = options,
                          .processors = processors,
                          .warpers = warpers,
                          .stopping = stopping};
  model.spent = 0;
  const double begin = seconds();
  search(parts, {.ids = ids, .rows = 1, .length = kPrompt});
  return (seconds() - begin - model.spent) / static_cast<double>(steps) * 1e6;
}

using Values = std::initializer_list<std::pair<const char*, OptionValue>>;

void report(Table& model, const char* name, std::size_t steps, const Values& values) {
  Options options;
  options.set("max_length", static_cast<std::int64_t>(kPrompt + steps));
  for (const auto& [key, value] : values) {
    options.set(key, value);
  }
  double best = microseconds_of_step(model, options, steps);
  for (int i = 0; i < 6; ++i) {
    best = std::min(best, microseconds_of_step(model, options, steps));
  }
  std::printf("%-44s %5zu steps %9.1f us a step\n", name, steps, best);
}

}  // namespace

int main(int count, char** arguments) {
  const std::size_t vocab_size = count > 1 ? std::strtoul(arguments[1], nullptr, 10) : 32000;
  Table model(vocab_size);
  const OptionValue four = std::int64_t{4};
  const OptionValue fifty = std::int64_t{50};
  report(model, "greedy", 200, {});
  report(model, "sampling", 200, {{"do_sample", true}});
  report(model, "sampling: penalty, temperature, top k, top p", 200,
         {{"do_sample", true},
          {"repetition_penalty", 1.1},
          {"temperature", 0.8},
          {"top_k", fifty},
          {"top_p", 0.95}});
  report(model, "4 beams", 200, {{"num_beams", four}});
  report(model, "4 beams", 1000, {{"num_beams", four}});
  report(model, "4 beams with a penalty", 200, {{"num_beams", four}, {"repetition_penalty", 1.1}});
  report(model, "2 groups of 2 beams", 200,
         {{"num_beams", four}, {"num_beam_groups", std::int64_t{2}}, {"diversity_penalty", 0.5}});
  report(model, "4 beams drawn, top k", 50,
         {{"num_beams", four}, {"do_sample", true}, {"top_k", fifty}});
  return 0;
}
