#include "tokenizers/byte_level_pipeline.h"

#include <atomic>

#include "tokenizers/byte_alphabet.h"
#include "tokenizers/byte_level_pass.h"
#include "tokenizers/pre_tokenizers/byte_level.h"
#include "tokenizers/pre_tokenizers/sequence.h"
#include "tokenizers/scanners/patterns.h"

namespace onnxformers::tokenizers {

namespace {

/// Tells one pipeline from another in what threads keep; also from one that lay at its place.
std::uint32_t next_number() {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
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
};

struct ByteLevelPipeline::Split {
  const Runner* runner = nullptr;  // nullptr: of another kind
  bool add_prefix_space = false;
};

ByteLevelPipeline::Split ByteLevelPipeline::recognize(const PreTokenizer* pre_tokenizer) {
  if (const auto* byte_level = dynamic_cast<const ByteLevel*>(pre_tokenizer)) {
    if (byte_level->options().use_regex) {
      return {
          .runner = Runner::of<scanners::Gpt2Pattern>(),
          .add_prefix_space = byte_level->options().add_prefix_space,
      };
    }
  }
  return {};
}

std::unique_ptr<FastPath> ByteLevelPipeline::try_make(const Stages& stages) {
  const auto* bpe = dynamic_cast<const Bpe*>(&stages.model);
  const Split split = recognize(stages.pre_tokenizer);
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

PieceTable ByteLevelPipeline::make_pieces(const Bpe& model) {
  const Vocabulary& vocabulary = model.vocabulary();
  std::string bytes;
  struct Entry {
    std::size_t begin;
    std::size_t length;
    std::uint32_t id;
  };
  std::vector<Entry> found;
  for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
    const auto token = vocabulary.token(id);
    const std::size_t begin = bytes.size();
    // Of two ids of one token only one is that of the model.
    if (!token || token->empty() || vocabulary.find(*token) != id ||
        !ByteAlphabet::append_bytes(bytes, *token) || !model.is_reachable(id)) {
      bytes.resize(begin);
      continue;
    }
    found.push_back({.begin = begin, .length = bytes.size() - begin, .id = id});
  }
  std::vector<std::pair<std::string_view, std::uint32_t>> entries;
  entries.reserve(found.size());
  for (const Entry& entry : found) {
    entries.emplace_back(std::string_view(bytes).substr(entry.begin, entry.length), entry.id);
  }
  return PieceTable(entries);
}

ByteLevelPipeline::ByteLevelPipeline(const Bpe& model, const Stages& stages, const Split& split)
    : model_(model),
      added_(stages.added),
      number_(next_number()),
      classes_(scanners::CharacterClasses::get()),
      runner_(split.runner),
      add_prefix_space_(split.add_prefix_space),
      is_composed_(false),
      pieces_(make_pieces(model)),
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
