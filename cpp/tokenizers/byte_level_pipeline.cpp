#include "tokenizers/byte_level_pipeline.h"

#include <atomic>

#include "tokenizers/byte_alphabet.h"
#include "tokenizers/byte_level_pass.h"
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

/// Digits goes by Unicode 17, the scanners by 16: U+11DE0 to U+11DE9, U+16FF4 to U+16FF6.
bool has_newer_numbers(std::string_view text) {
  return text.find("\xF0\x91\xB7") != std::string_view::npos ||
         text.find("\xF0\x96\xBF") != std::string_view::npos;
}

/// The text with a space before it, in a buffer of this thread.
std::string_view with_space(std::string_view text) {
  constexpr std::size_t kKeptBytes = std::size_t{1} << 20U;
  static thread_local std::string buffer;
  if (buffer.capacity() > kKeptBytes && text.size() <= kKeptBytes) {
    buffer = {};
  }
  buffer.assign(1, ' ').append(text);
  return buffer;
}

}  // namespace

/// The passes of one split pattern.
struct ByteLevelPipeline::Runner {
  using EncodeIds = void (*)(const ByteLevelPipeline&, std::string_view text, std::size_t limit,
                             std::vector<std::uint32_t>& ids);
  using EncodeWithOffsets = void (*)(const ByteLevelPipeline&, std::string_view text,
                                     std::uint32_t first_character, std::size_t limit,
                                     Tokens& tokens, std::uint32_t& next_word);

  EncodeIds encode_ids;
  EncodeWithOffsets encode_with_offsets;

  template <typename Pattern>
  static const Runner* of() {
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

  /// That of a pattern with a scanner that leaves nothing out, or nullptr.
  static const Runner* find(std::string_view pattern) {
    const Runner* found = nullptr;
    scanners::for_each_known_pattern([&]<typename T>(const scanners::Known<T>& known) {
      if constexpr (T::kMatchesAll) {
        found = known.source == pattern ? of<T>() : found;
      }
    });
    return found;
  }
};

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
        .runner = Runner::of<scanners::Gpt2Pattern>(),
        .add_prefix_space = byte_level->options().add_prefix_space,
    };
  }
  if (byte_level->options().add_prefix_space) {
    return {};  // every piece would get one
  }
  if (const auto* digits = dynamic_cast<const Digits*>(before)) {
    if (digits->individual() && use_regex) {
      return {.runner = Runner::of<scanners::DigitsGpt2Pattern>(), .splits_digits = true};
    }
  }
  if (const auto* split = dynamic_cast<const Split*>(before)) {
    if (!use_regex && split->pattern().is_regex() && split->behavior() == SplitBehavior::Isolated &&
        !split->invert()) {
      return {.runner = Runner::find(split->pattern().source())};
    }
  }
  return {};
}

std::unique_ptr<FastPath> ByteLevelPipeline::try_make(const Stages& stages) {
  const auto* bpe = dynamic_cast<const Bpe*>(&stages.model);
  const Recognized split = recognize(stages.pre_tokenizer);
  if (bpe == nullptr || split.runner == nullptr || stages.normalizer != nullptr) {
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
      byte_bpe_(model.merges().is_ordered() ? std::optional<ByteBpe>(model) : std::nullopt),
      pieces_(make_pieces()),
      byte_ids_() {
  const Vocabulary& vocabulary = model.vocabulary();
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

bool ByteLevelPipeline::leaves_to_stages(std::string_view text) const {
  if (splits_digits_ && has_newer_numbers(text)) {
    return true;
  }
  if (!added_.has_normalized()) {
    return false;
  }
  static thread_local std::vector<AddedMatch> matches;
  added_.match_normalized(text, matches);
  return !matches.empty();
}

bool ByteLevelPipeline::encode_ids(const Input& input, std::vector<std::uint32_t>& ids) const {
  if (leaves_to_stages(input.text)) {
    return false;
  }
  const std::string_view text = needs_space(input.text) ? with_space(input.text) : input.text;
  runner_->encode_ids(*this, text, input.limit, ids);
  return true;
}

bool ByteLevelPipeline::encode_with_offsets(const Input& input, Tokens& tokens,
                                            std::uint32_t& next_word) const {
  if (leaves_to_stages(input.text)) {
    return false;
  }
  if (!needs_space(input.text)) {
    runner_->encode_with_offsets(*this, input.text, input.first_character, input.limit, tokens,
                                 next_word);
    return true;
  }
  const std::size_t first = tokens.spans.size();
  runner_->encode_with_offsets(*this, with_space(input.text), input.first_character - 1,
                               input.limit, tokens, next_word);
  // The space that was put there stands for the first character.
  if (first < tokens.spans.size()) {
    CharacterSpan& span = tokens.spans[first];
    span.begin = input.first_character;
    span.end = std::max(span.end, span.begin + 1);
  }
  return true;
}

}  // namespace onnxformers::tokenizers
