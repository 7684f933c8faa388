#include <algorithm>
#include <cstdlib>
#include <vector>

#include "check.h"
#include "generation/run_search.h"

namespace {

using namespace onnxformers::generation;
using namespace onnxformers::check;

}  // namespace

TEST(drawn_beams_are_a_sample_without_replacement) {
  // 12 tokens that are as likely as each other but for the last bits, 4 of which are drawn.
  const Scores flat = [](const std::vector<Token>& /*tokens*/) {
    std::vector<float> scores(12);
    scores[7] = 1e-4F;
    return scores;
  };
  Options options = options_of(2);
  options.set("do_sample", true);
  options.set("num_beams", std::int64_t{2});
  options.set("num_return_sequences", std::int64_t{2});
  options.set("eos_token_id", Tokens{});
  int best = 0;
  for (std::int64_t seed = 0; seed < 3000; ++seed) {
    options.set("seed", seed);
    const auto sequences = run(flat, options, {1}, 1).sequences;
    CHECK(sequences[0] != sequences[1]);
    best += sequences[0].back() == 7 ? 1 : 0;
  }
  CHECK(std::abs(best - 1000) < 110);
}

TEST(groups_of_beams_differ) {
  Options options = options_of(8);
  options.set("num_beams", std::int64_t{4});
  options.set("num_beam_groups", std::int64_t{2});
  options.set("num_return_sequences", std::int64_t{4});
  options.set("diversity_penalty", 50.0);
  options.set("eos_token_id", Tokens{});
  const auto result = run(scrambled(kVocabulary), options, {1, 2}, 1);
  // With so strong a penalty the first token of the groups differs.
  std::vector<Token> first;
  for (const Tokens& sequence : result.sequences) {
    first.push_back(sequence[2]);
  }
  std::ranges::sort(first);
  CHECK(first.front() != first.back());
}
