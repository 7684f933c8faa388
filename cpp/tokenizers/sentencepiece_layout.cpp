#include "tokenizers/sentencepiece_layout.h"

#include "tokenizers/normalizers/replace.h"
#include "tokenizers/normalizers/sequence.h"
#include "tokenizers/normalizers/simple.h"
#include "tokenizers/pre_tokenizers/metaspace.h"
#include "tokenizers/pre_tokenizers/split.h"

namespace onnxformers::tokenizers {

namespace {

constexpr std::string_view kSign = SentencePieceLayout::kSign;
constexpr std::string_view kSpace = " ";

SentencePieceLayout of_metaspace(const Metaspace::Options& options) {
  using Scheme = Metaspace::PrependScheme;
  using Front = SentencePieceLayout::Front;
  SentencePieceLayout layout;
  layout.splits = options.split;
  switch (options.prepend_scheme) {
    case Scheme::Never:
      layout.front = Front::AsItIs;
      break;
    case Scheme::Always:
      layout.front = Front::OneSpace;
      break;
    case Scheme::First:
      layout.front = Front::OneSpaceAtTheVeryFront;
      break;
  }
  return layout;
}

/// Notes a string that a text must not have; false if that cannot be told before spaces are
/// replaced.
bool add_other(const Pattern& pattern, SentencePieceLayout& layout) {
  const std::string& source = pattern.source();
  if (pattern.is_regex() || source.empty() || source.find(kSpace) != std::string::npos ||
      source.find(kSign) != std::string::npos) {
    return false;
  }
  layout.others.push_back(source);
  return true;
}

bool add_step(const Normalizer* step, bool is_first, bool is_last, SentencePieceLayout& layout) {
  if (const auto* prepend = dynamic_cast<const Prepend*>(step)) {
    layout.front = SentencePieceLayout::Front::Space;
    return is_first && !is_last && prepend->content() == kSign;
  }
  const auto* replace = dynamic_cast<const Replace*>(step);
  if (replace == nullptr) {
    return false;
  }
  const bool is_of_spaces = !replace->pattern().is_regex() && replace->pattern().source() == kSpace;
  return is_last ? is_of_spaces && replace->content() == kSign
                 : add_other(replace->pattern(), layout);
}

bool add_normalizer(const Normalizer* normalizer, SentencePieceLayout& layout) {
  const auto* sequence = dynamic_cast<const NormalizerSequence*>(normalizer);
  if (sequence == nullptr) {
    return add_step(normalizer, true, true, layout);
  }
  const auto& steps = sequence->steps();
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (!add_step(steps[i].get(), i == 0, i + 1 == steps.size(), layout)) {
      return false;
    }
  }
  return !steps.empty();
}

/// Splits that find nothing, as there are no spaces any more, or hardly ever.
bool add_pre_tokenizer(const PreTokenizer* pre_tokenizer, SentencePieceLayout& layout) {
  if (pre_tokenizer == nullptr) {
    return true;
  }
  const auto* split = dynamic_cast<const Split*>(pre_tokenizer);
  if (split == nullptr || split->invert()) {
    return false;
  }
  const bool is_of_spaces = !split->pattern().is_regex() && split->pattern().source() == kSpace;
  return is_of_spaces || add_other(split->pattern(), layout);
}

}  // namespace

std::optional<SentencePieceLayout> SentencePieceLayout::recognize(const Stages& stages) {
  if (const auto* metaspace = dynamic_cast<const Metaspace*>(stages.pre_tokenizer)) {
    const bool is_usual = metaspace->options().replacement == SentencePieceLayout::kSignCode;
    return stages.normalizer == nullptr && is_usual
               ? std::optional(of_metaspace(metaspace->options()))
               : std::nullopt;
  }
  SentencePieceLayout layout;
  if (!add_normalizer(stages.normalizer, layout) ||
      !add_pre_tokenizer(stages.pre_tokenizer, layout)) {
    return std::nullopt;
  }
  return layout;
}

}  // namespace onnxformers::tokenizers
