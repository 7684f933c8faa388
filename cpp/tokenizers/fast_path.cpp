#include "tokenizers/fast_path.h"

#include <array>

#include "tokenizers/bert_pipeline.h"
#include "tokenizers/byte_level_pipeline.h"
#include "tokenizers/sentencepiece_bpe_pipeline.h"
#include "tokenizers/unigram_pipeline.h"

namespace onnxformers::tokenizers {

namespace {

using TryMake = std::unique_ptr<FastPath> (*)(const Stages&);

constexpr auto kFastPaths = std::to_array<TryMake>({
    &BertPipeline::try_make,
    &ByteLevelPipeline::try_make,
    &UnigramPipeline::try_make,
    &SentencePieceBpePipeline::try_make,
});

std::unique_ptr<FastPath> recognize(const Stages& stages) {
  for (const TryMake try_make : kFastPaths) {
    if (auto made = try_make(stages)) {
      return made;
    }
  }
  return nullptr;
}

}  // namespace

std::unique_ptr<FastPath> make_fast_path(const Stages& stages, TableArchive* archive) {
  auto path = recognize(stages);
  if (path == nullptr) {
    return nullptr;
  }
  if (archive == nullptr || !archive->fills()) {
    path->build();
  }
  if (archive != nullptr) {
    path->visit_tables(*archive);
  }
  return path;
}

}  // namespace onnxformers::tokenizers
