#include "generation/stopping/limits.h"

#include <algorithm>

namespace onnxformers::generation {

using std::chrono::steady_clock;

void MaxLength::check(const Sequences& sequences, const Logits& /*scores*/,
                      std::span<char> done) const {
  if (sequences.length() >= length_) {
    std::ranges::fill(done, 1);
  }
}

MaxTime::MaxTime(double seconds)
    : end_(steady_clock::now() +
           std::chrono::duration_cast<steady_clock::duration>(std::chrono::duration<double>(
               // A century is for ever, and fits the clock.
               std::clamp(seconds, 0.0, 100.0 * 365 * 24 * 3600)))) {}

void MaxTime::check(const Sequences& /*sequences*/, const Logits& /*scores*/,
                    std::span<char> done) const {
  if (steady_clock::now() >= end_) {
    std::ranges::fill(done, 1);
  }
}

}  // namespace onnxformers::generation
