#include "generation/logits/processor.h"

namespace onnxformers::generation {

void LogitsProcessor::process_rows(const Sequences& sequences, const Logits& logits) {
  for (std::size_t i = 0; i < logits.rows; ++i) {
    process(sequences.row(i), logits.row(i));
  }
}

void process_all(const LogitsProcessors& processors, const Sequences& sequences,
                 const Logits& logits) {
  for (const auto& processor : processors) {
    processor->process_rows(sequences, logits);
  }
}

}  // namespace onnxformers::generation
