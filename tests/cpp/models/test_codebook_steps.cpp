#include <vector>

#include "base/errors.h"
#include "check.h"
#include "models/codebook_steps.h"

using namespace onnxformers;
using namespace onnxformers::models;
using generation::Logits;
using generation::Prompts;
using generation::Token;

namespace {

constexpr std::size_t kVocabulary = 3;
constexpr Token kFiller = 9;

/// Keeps what it reads; row r scores token t as 10 r + t.
class Listener final : public generation::StepModel {
 public:
  [[nodiscard]] std::size_t rows() const override { return rows_; }
  Logits admit(const Prompts& prompts) override {
    rows_ = prompts.rows;
    return hear(prompts.ids);
  }
  Logits step(std::span<const Token> tokens, std::span<const std::size_t> /*parents*/) override {
    return hear(tokens);
  }
  Logits extend(std::span<const Token> tokens) override { return hear(tokens); }
  void crop(std::size_t /*length*/) override {}
  [[nodiscard]] Hidden hidden() const override { return {}; }

  std::vector<std::vector<Token>> heard;

 private:
  Logits hear(std::span<const Token> tokens) {
    heard.emplace_back(tokens.begin(), tokens.end());
    scores_.clear();
    for (std::size_t row = 0; row < rows_; ++row) {
      for (std::size_t token = 0; token < kVocabulary; ++token) {
        scores_.push_back(static_cast<float>((10 * row) + token));
      }
    }
    return {
        .data = scores_.data(), .rows = rows_, .vocab_size = kVocabulary, .stride = kVocabulary};
  }

  std::size_t rows_ = 0;
  std::vector<float> scores_;
};

Logits begin(CodebookSteps& steps, std::vector<Token>& ids, std::size_t rows) {
  ids.assign(rows, kFiller);
  return steps.admit({.ids = ids, .rows = rows, .length = 1});
}

}  // namespace

TEST(codebooks_are_read_a_step_behind_each_other) {
  Listener model;
  CodebookSteps steps(model, {.codebooks = 2, .filler = kFiller, .length = 5});
  std::vector<Token> ids;
  begin(steps, ids, 2);
  for (Token token = 1; token < 5; ++token) {
    const std::vector<Token> tokens(2, token);
    steps.step(tokens, {});
  }
  // Positions 1 to 4: the second codebook begins at 2, the first is over behind 3.
  CHECK(model.heard == (std::vector<std::vector<Token>>{{9, 9}, {1, 9}, {2, 2}, {3, 3}, {9, 4}}));
}

TEST(guidance_reads_each_row_twice_and_leads_away_from_the_second) {
  Listener model;
  CodebookSteps steps(model, {.codebooks = 1, .filler = kFiller, .length = 5, .guidance = 3.0F});
  std::vector<Token> ids;
  const Logits logits = begin(steps, ids, 2);
  CHECK_EQUAL(model.rows(), std::size_t{4});
  CHECK_EQUAL(steps.rows(), std::size_t{2});
  CHECK_EQUAL(logits.rows, std::size_t{2});
  // Row 0 scores 0, its copy 20: 20 + 3 * (0 - 20).
  CHECK_EQUAL(logits.row(0)[0], -40.0F);
  CHECK_EQUAL(logits.row(1)[2], -28.0F);
  const std::vector<Token> tokens{1, 2};
  steps.step(tokens, {});
  CHECK(model.heard.back() == (std::vector<Token>{1, 2, 1, 2}));
}

TEST(what_music_cannot_do_is_refused) {
  Listener model;
  CHECK_ERROR(ErrorKind::InvalidArgument, "0 codebooks",
              CodebookSteps(model, {.codebooks = 0, .length = 5}));
  CHECK_ERROR(ErrorKind::InvalidArgument, "raise max_new_tokens",
              CodebookSteps(model, {.codebooks = 4, .length = 4}));
  CodebookSteps steps(model, {.codebooks = 2, .filler = kFiller, .length = 5});
  std::vector<Token> ids;
  CHECK_ERROR(ErrorKind::InvalidArgument, "3 rows", begin(steps, ids, 3));
  begin(steps, ids, 2);
  const std::vector<std::size_t> swapped{1, 0};
  CHECK_ERROR(ErrorKind::InvalidArgument, "num_beams=1", steps.step(ids, swapped));
  CHECK_ERROR(ErrorKind::InvalidArgument, "drafts", steps.extend(ids));
  CHECK_ERROR(ErrorKind::InvalidArgument, "drafts", steps.crop(1));
}
