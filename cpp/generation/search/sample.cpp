#include "generation/logits/sampler.h"
#include "generation/search/draws.h"
#include "generation/search/rows.h"

namespace onnxformers::generation {

SearchResult sample(const SearchParts& parts, const Prompts& prompts) {
  const std::size_t copies = parts.options.count("num_return_sequences", 1).value_or(1);
  Sampler sampler(parts.warpers, parts.options.flag("output_scores", false));
  const Draws uniform(parts.options, copies);
  const auto choose = [&](const Logits& logits, std::size_t step, std::span<const char> done,
                          std::span<Token> next) {
    for (std::size_t i = 0; i < logits.rows; ++i) {
      if (done[i] != 0) {
        continue;
      }
      next[i] = sampler.sample(logits.row(i), uniform(i, step));
    }
  };
  return generate_rows(parts, prompts, copies, choose);
}

}  // namespace onnxformers::generation
