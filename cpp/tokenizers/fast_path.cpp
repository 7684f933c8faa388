#include "tokenizers/fast_path.h"

#include <array>
#include <string>

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

std::string_view FastPath::with_space(std::string_view text) {
  constexpr std::size_t kKeptBytes = std::size_t{1} << 20U;
  static thread_local std::string buffer;
  if (buffer.capacity() > kKeptBytes && text.size() <= kKeptBytes) {
    buffer = {};
  }
  buffer.assign(1, ' ').append(text);
  return buffer;
}

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
