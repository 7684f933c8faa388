// Which stages UnigramPipeline can stand for.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/normalizers/precompiled.h"
#include "tokenizers/normalizers/replace.h"
#include "tokenizers/normalizers/sequence.h"
#include "tokenizers/normalizers/simple.h"
#include "tokenizers/normalizers/unicode_form.h"
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

/// The steps of a normalizer, in order.
void flatten(const Normalizer* normalizer, std::vector<const Normalizer*>& steps) {
  if (const auto* const sequence = dynamic_cast<const NormalizerSequence*>(normalizer)) {
    for (const auto& step : sequence->steps()) {
      flatten(step.get(), steps);
    }
  } else if (normalizer != nullptr) {
    steps.push_back(normalizer);
  }
}

/// Reads normalizers step by step; every function gives false for what the single pass cannot do.
class NormalizerReader {
 public:
  explicit NormalizerReader(Options& options) : options_(options) {}

  bool read(const Normalizer& step) {
    if (const auto* const strip = dynamic_cast<const Strip*>(&step)) {
      return read_strip(*strip);
    }
    if (const auto* const replace = dynamic_cast<const Replace*>(&step)) {
      return read_replace(*replace);
    }
    const bool is_local = dynamic_cast<const UnicodeForm*>(&step) != nullptr ||
                          dynamic_cast<const Precompiled*>(&step) != nullptr ||
                          dynamic_cast<const Lowercase*>(&step) != nullptr ||
                          dynamic_cast<const StripAccents*>(&step) != nullptr ||
                          dynamic_cast<const Nmt*>(&step) != nullptr;
    return is_local && rewrite(step);
  }

 private:
  /// Takes a step that rewrites characters or clusters of them.
  bool rewrite(const Normalizer& step) {
    options_.characters.steps.push_back(&step);
    return !looks_at_ends_ && (!options_.merges_spaces || options_.splits_at_whitespace);
  }

  bool read_strip(const Strip& strip) {
    if (options_.characters.steps.empty()) {
      options_.strips_left_before |= strip.left();
      options_.strips_right_before |= strip.right();
    } else {
      options_.strips_left_after |= strip.left();
      options_.strips_right_after |= strip.right();
      looks_at_ends_ = true;
    }
    return true;
  }

  bool read_replace(const Replace& replace) {
    const std::string& pattern = replace.pattern().source();
    if (replace.pattern().is_regex()) {
      return pattern == " {2,}" && read_merge(replace.content());
    }
    const std::size_t characters = utf8::count(pattern);
    if (characters == 1) {
      return rewrite(replace);
    }
    for (std::size_t i = 0; i < pattern.size();) {
      const auto [code, length] = utf8::decode(pattern, i);
      if (unicode::is_whitespace(code) || code == options_.characters.sign) {
        return false;
      }
      options_.characters.patterned.push_back(code);
      i += length;
    }
    return characters > 0 && rewrite(replace);
  }

  /// Several spaces become one. Where whitespace is dropped, that changes nothing.
  bool read_merge(std::string_view content) {
    options_.merges_spaces = true;
    std::string sign;
    utf8::append(sign, options_.characters.sign);
    return content == " " || (content == sign && !options_.splits_at_whitespace);
  }

  Options& options_;
  bool looks_at_ends_ = false;
};

bool read_normalizer(const Normalizer* normalizer, Options& options) {
  std::vector<const Normalizer*> steps;
  flatten(normalizer, steps);
  NormalizerReader reader(options);
  return std::ranges::all_of(steps, [&](const Normalizer* step) { return reader.read(*step); });
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
