// Which stages UnigramPipeline can stand for.

#include <optional>
#include <string>
#include <utility>

#include "base/utf8.h"
#include "tokenizers/normalizers/sequence.h"
#include "tokenizers/pre_tokenizers/metaspace.h"
#include "tokenizers/pre_tokenizers/sequence.h"
#include "tokenizers/pre_tokenizers/whitespace.h"
#include "tokenizers/unigram_pipeline.h"

namespace onnxformers::tokenizers {

namespace {

using Options = UnigramPipeline::Options;

bool read_metaspace(const PreTokenizer* pre_tokenizer, Options& options) {
  const auto* const metaspace = dynamic_cast<const Metaspace*>(pre_tokenizer);
  if (metaspace == nullptr || !metaspace->options().split) {
    return false;
  }
  options.characters.sign = metaspace->options().replacement;
  switch (metaspace->options().prepend_scheme) {
    case Metaspace::PrependScheme::Always:
      options.prepend = UnigramPipeline::Prepend::Always;
      break;
    case Metaspace::PrependScheme::First:
      options.prepend = UnigramPipeline::Prepend::First;
      break;
    case Metaspace::PrependScheme::Never:
      options.prepend = UnigramPipeline::Prepend::Never;
      break;
  }
  return true;
}

bool read_pre_tokenizer(const PreTokenizer* pre_tokenizer, Options& options) {
  const auto* const sequence = dynamic_cast<const PreTokenizerSequence*>(pre_tokenizer);
  if (sequence == nullptr) {
    return read_metaspace(pre_tokenizer, options);
  }
  const auto& steps = sequence->steps();
  options.splits_at_whitespace = true;
  options.characters.splits_at_whitespace = true;
  return steps.size() == 2 && dynamic_cast<const WhitespaceSplit*>(steps[0].get()) != nullptr &&
         read_metaspace(steps[1].get(), options);
}

bool read_normalizer(const Normalizer* normalizer, Options& /*options*/) {
  return normalizer == nullptr;
}

}  // namespace

std::unique_ptr<FastPath> UnigramPipeline::try_make(const Stages& stages) {
  const auto* const model = dynamic_cast<const Unigram*>(&stages.model);
  Options options;
  if (model == nullptr || !read_pre_tokenizer(stages.pre_tokenizer, options) ||
      !read_normalizer(stages.normalizer, options)) {
    return nullptr;
  }
  options.characters.added_starts = stages.added.normalized_starts();
  return std::unique_ptr<FastPath>(new UnigramPipeline(std::move(options), *model));
}

}  // namespace onnxformers::tokenizers
