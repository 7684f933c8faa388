#include "tokenizers/byte_level_pipeline.h"

#include <atomic>

#include "tokenizers/byte_alphabet.h"
#include "tokenizers/byte_level_pass.h"
#include "tokenizers/normalizers/unicode_form.h"
#include "tokenizers/pre_tokenizers/byte_level.h"
#include "tokenizers/pre_tokenizers/digits.h"
#include "tokenizers/pre_tokenizers/sequence.h"
#include "tokenizers/pre_tokenizers/split.h"
#include "tokenizers/scanners/known_patterns.h"

namespace onnxformers::tokenizers {

namespace {

/// Tells one pipeline from another in what threads keep; also from one that lay at its place.
std::uint32_t next_number() {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
}

bool is_nfc(const Normalizer* normalizer) {
  const auto* form = dynamic_cast<const UnicodeForm*>(normalizer);
  return form != nullptr && form->kind().inert == unicode::kInertNfc;
}

}  // namespace

template <typename Pattern>
const ByteLevelPipeline::Runner* ByteLevelPipeline::runner_of() {
  static constexpr Runner runner{
      .encode_ids =
          [](const ByteLevelPipeline& pipeline, std::string_view text, std::size_t limit,
             std::vector<std::uint32_t>& ids) {
            Pass<Pattern, false>(
                pipeline, text, 0,
                {.ids = &ids, .spans = nullptr, .words = nullptr, .next_word = nullptr})
                .run(limit);
          },
      .encode_with_offsets =
          [](const ByteLevelPipeline& pipeline, std::string_view text,
             std::uint32_t first_character, std::size_t limit, Tokens& tokens,
             std::uint32_t& next_word) {
            Pass<Pattern, true>(pipeline, text, first_character,
                                {
                                    .ids = &tokens.ids,
                                    .spans = &tokens.spans,
                                    .words = &tokens.words,
                                    .next_word = &next_word,
                                })
                .run(limit);
          },
  };
  return &runner;
}

const ByteLevelPipeline::Runner* ByteLevelPipeline::find_runner(std::string_view pattern) {
  const Runner* found = nullptr;
  scanners::for_each_known_pattern([&]<typename T>(const scanners::Known<T>& known) {
    if constexpr (T::kMatchesAll) {
      found = known.source == pattern ? runner_of<T>() : found;
    }
  });
  return found;
}

/// What is known of a pre-tokenizer.
struct ByteLevelPipeline::Recognized {
  const Runner* runner = nullptr;  // nullptr: of another kind
  bool add_prefix_space = false;
  bool splits_digits = false;
};

ByteLevelPipeline::Recognized ByteLevelPipeline::recognize(const PreTokenizer* pre_tokenizer) {
  const PreTokenizer* before = nullptr;
  const PreTokenizer* last = pre_tokenizer;
  if (const auto* sequence = dynamic_cast<const PreTokenizerSequence*>(pre_tokenizer)) {
    if (sequence->steps().size() != 2) {
      return {};
    }
    before = sequence->steps()[0].get();
    last = sequence->steps()[1].get();
  }
  const auto* byte_level = dynamic_cast<const ByteLevel*>(last);
  if (byte_level == nullptr) {
    return {};
  }
  const bool use_regex = byte_level->options().use_regex;
  if (before == nullptr && use_regex) {
    return {
        .runner = runner_of<scanners::Gpt2Pattern>(),
        .add_prefix_space = byte_level->options().add_prefix_space,
    };
  }
  if (byte_level->options().add_prefix_space) {
    return {};  // every piece would get one
  }
  if (const auto* digits = dynamic_cast<const Digits*>(before)) {
    if (digits->individual() && use_regex) {
      return {.runner = runner_of<scanners::DigitsGpt2Pattern>(), .splits_digits = true};
    }
  }
  if (const auto* split = dynamic_cast<const Split*>(before)) {
    if (!use_regex && split->pattern().is_regex() && split->behavior() == SplitBehavior::Isolated &&
        !split->invert()) {
      return {.runner = find_runner(split->pattern().source())};
    }
  }
  return {};
}

std::unique_ptr<FastPath> ByteLevelPipeline::try_make(const Stages& stages) {
  const auto* bpe = dynamic_cast<const Bpe*>(&stages.model);
  const Recognized split = recognize(stages.pre_tokenizer);
  if (bpe == nullptr || split.runner == nullptr ||
      (stages.normalizer != nullptr && !is_nfc(stages.normalizer))) {
    return nullptr;
  }
  const Bpe::Options& options = bpe->options();
  if (!options.continuing_subword_prefix.empty() || !options.end_of_word_suffix.empty()) {
    return nullptr;
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    const auto value = static_cast<char>(byte);
    std::string character;
    ByteAlphabet::append(character, {&value, 1});
    if (!bpe->vocabulary().find(character)) {
      return nullptr;  // unknown characters are left to the stages
    }
  }
  return std::unique_ptr<FastPath>(new ByteLevelPipeline(*bpe, stages, split));
}

PieceTable ByteLevelPipeline::make_pieces() const {
  const Vocabulary& vocabulary = model_.vocabulary();
  struct Entry {
    std::size_t begin;
    std::size_t length;
    std::uint32_t id;
  };
  std::vector<Entry> found;
  found.reserve(vocabulary.size());
  std::string bytes;
  bytes.reserve(std::size_t{vocabulary.size()} * 8);
  for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
    if (!is_whole(id)) {
      continue;
    }
    const std::size_t begin = bytes.size();
    if (ByteAlphabet::append_bytes(bytes, *vocabulary.token(id))) {
      found.push_back({.begin = begin, .length = bytes.size() - begin, .id = id});
    } else {
      bytes.resize(begin);
    }
  }
  std::vector<std::pair<std::string_view, std::uint32_t>> entries;
  entries.reserve(found.size());
  for (const Entry& entry : found) {
    entries.emplace_back(std::string_view(bytes).substr(entry.begin, entry.length), entry.id);
  }
  return PieceTable(entries);
}

/// Whether a piece that is spelt like a token is that token.
bool ByteLevelPipeline::is_whole(std::uint32_t id) const {
  if (!model_.options().ignore_merges) {
    return byte_bpe_ ? byte_bpe_->is_reachable(id) : model_.is_reachable(id);
  }
  const auto token = model_.vocabulary().token(id);
  // Of two ids of one token the model knows one.
  return token && !token->empty() && model_.vocabulary().find(*token) == id;
}

ByteLevelPipeline::ByteLevelPipeline(const Bpe& model, const Stages& stages,
                                     const Recognized& split)
    : model_(model),
      added_(stages.added),
      number_(next_number()),
      classes_(scanners::CharacterClasses::get()),
      runner_(split.runner),
      add_prefix_space_(split.add_prefix_space),
      splits_digits_(split.splits_digits),
      is_composed_(stages.normalizer != nullptr) {}

void ByteLevelPipeline::visit_tables(TableArchive& archive) {
  bool has_byte_bpe = byte_bpe_.has_value();
  archive(has_byte_bpe);
  if (has_byte_bpe) {
    if (!byte_bpe_) {
      byte_bpe_.emplace(model_.merges());
    }
    byte_bpe_->visit_tables(archive);
  }
  pieces_.visit_tables(archive);
  archive(byte_ids_);
  archive(lengths_);
}

void ByteLevelPipeline::build() {
  if (model_.merges().is_ordered()) {
    byte_bpe_.emplace(model_);
  }
  pieces_ = make_pieces();
  const Vocabulary& vocabulary = model_.vocabulary();
  lengths_.resize(vocabulary.size());
  std::string bytes;
  for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
    bytes.clear();
    if (ByteAlphabet::append_bytes(bytes, vocabulary.token(id).value_or(""))) {
      lengths_[id] = static_cast<std::uint16_t>(bytes.size());
      if (bytes.size() == 1) {
        byte_ids_[static_cast<unsigned char>(bytes.front())] = id;
      }
    }
  }
}

}  // namespace onnxformers::tokenizers
