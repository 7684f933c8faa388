#include "generation/stopping/eos.h"

#include <algorithm>

namespace onnxformers::generation {

void EosToken::check(const Sequences& sequences, const Logits& /*scores*/,
                     std::span<char> done) const {
  for (std::size_t i = 0; i < sequences.rows(); ++i) {
    if (std::ranges::find(tokens_, sequences.row(i).back()) != tokens_.end()) {
      done[i] = 1;
    }
  }
}

}  // namespace onnxformers::generation
