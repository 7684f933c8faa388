#include "generation/sampling.h"
#include "generation/search/rows.h"

namespace onnxformers::generation {

SearchResult greedy_search(const SearchParts& parts, const Prompts& prompts) {
  return generate_rows(parts, prompts, 1,
                       [](const Logits& logits, std::size_t /*step*/, std::span<const char> done,
                          std::span<Token> next) {
                         for (std::size_t i = 0; i < logits.rows; ++i) {
                           if (done[i] == 0) {
                             next[i] = argmax(logits.row(i));
                           }
                         }
                       });
}

}  // namespace onnxformers::generation
