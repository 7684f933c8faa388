#include "generation/stopping/interrupt.h"

#include <algorithm>

namespace onnxformers::generation {

void Interrupt::check(const Sequences& /*sequences*/, const Logits& /*scores*/,
                      std::span<char> done) const {
  if (flag_->load(std::memory_order_relaxed)) {
    std::ranges::fill(done, 1);
  }
}

}  // namespace onnxformers::generation
