#include "tokenizers/bert_pipeline.h"

#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/bert_pass.h"
#include "tokenizers/normalizers/canonical.h"
#include "tokenizers/pre_tokenizers/bert_pre_tokenizer.h"

namespace onnxformers::tokenizers {

std::unique_ptr<FastPath> BertPipeline::try_make(const Stages& stages) {
  const auto* bert = dynamic_cast<const BertNormalizer*>(stages.normalizer);
  const auto* wordpiece = dynamic_cast<const WordPiece*>(&stages.model);
  const bool splits = dynamic_cast<const BertPreTokenizer*>(stages.pre_tokenizer) != nullptr;
  // A token that begins with a space could begin anywhere: spaces are also put in.
  const bool added_space = stages.added.normalized_starts()[' '];
  if (bert == nullptr || wordpiece == nullptr || !splits || added_space) {
    return nullptr;
  }
  return std::unique_ptr<FastPath>(new BertPipeline(bert->options(), *wordpiece, stages.added));
}

BertPipeline::Scratch& BertPipeline::thread_scratch() {
  static thread_local Scratch scratch;
  return scratch;
}

BertPipeline::BertPipeline(const BertNormalizer::Options& options, const WordPiece& model,
                           const AddedVocabulary& added)
    : options_(options),
      model_(model),
      added_starts_(added.normalized_starts()),
      has_added_(added.has_normalized()) {}

void BertPipeline::build() {
  fill_pages();
  effects_.fill(Effect::Beyond);
  for (char32_t code = 0; code < 0x80; ++code) {
    effects_[code] = table_[code].effect;
    const char byte = static_cast<char>(code);
    punctuation_ids_[code] = single_token({&byte, 1});
  }
  if (options_.handle_chinese_chars) {
    fill_ideographs();
  }
}

void BertPipeline::visit_tables(TableArchive& archive) {
  archive(effects_);
  archive(punctuation_ids_);
  archive(pages_);
  archive(table_);
  archive(ideographs_);
}

void BertPipeline::fill_pages() {
  // Where the letters of living scripts and common signs are; what is elsewhere is worked out when
  // it comes.
  struct Range {
    char32_t first;
    char32_t last;
  };
  constexpr auto kKept = std::to_array<Range>({
      {.first = 0x00, .last = 0x07},
      {.first = 0x09, .last = 0x0E},
      {.first = 0x10, .last = 0x10},
      {.first = 0x1E, .last = 0x22},
      {.first = 0x25, .last = 0x27},
      {.first = 0x30, .last = 0x31},
      {.first = 0xFE, .last = 0xFF},
  });
  std::vector<Mapped> table;
  for (const Range& range : kKept) {
    for (char32_t page = range.first; page <= range.last; ++page) {
      for (char32_t i = 0; i < kPageSize; ++i) {
        table.push_back(compute((page * kPageSize) + i));
      }
      pages_[page] = static_cast<std::uint16_t>(table.size() / kPageSize);
    }
  }
  table_ = std::move(table);
}

void BertPipeline::fill_ideographs() {
  std::vector<std::uint32_t> ideographs;
  ideographs.reserve(kLastIdeograph - kFirstIdeograph + 1);
  std::string bytes;
  for (char32_t code = kFirstIdeograph; code <= kLastIdeograph; ++code) {
    bytes.clear();
    utf8::append(bytes, code);
    // An added token may begin with it: then the stages have to look.
    const bool added = added_starts_[static_cast<unsigned char>(bytes.front())];
    ideographs.push_back(added ? kNoToken : single_token(bytes));
  }
  ideographs_ = std::move(ideographs);
}

bool BertPipeline::encode_ids(const Input& input, std::vector<std::uint32_t>& ids) const {
  return Pass<false>(*this, input, {.ids = &ids, .tokens = nullptr, .next_word = nullptr},
                     thread_scratch())
      .run();
}

bool BertPipeline::encode_with_offsets(const Input& input, Tokens& tokens,
                                       std::uint32_t& next_word) const {
  return Pass<true>(*this, input, {.ids = &tokens.ids, .tokens = &tokens, .next_word = &next_word},
                    thread_scratch())
      .run();
}

std::uint32_t BertPipeline::single_token(std::string_view character) const {
  std::uint32_t token = model_.unk_id();
  const auto put = [&](std::uint32_t id, std::size_t, std::size_t) { token = id; };
  // No token is a part of a character.
  return model_.max_characters() > 0 && model_.cover(character, put) ? token : model_.unk_id();
}

bool BertPipeline::may_begin_added(char32_t code) const {
  if (!has_added_) {
    return false;
  }
  std::string bytes;
  utf8::append(bytes, code);
  return added_starts_[static_cast<unsigned char>(bytes.front())];
}

void BertPipeline::normalize(char32_t code, std::u32string& characters) const {
  characters.clear();
  if (!options_.strip_accents) {
    characters.push_back(code);
  } else {
    append_decomposition(characters, code);
    std::erase_if(characters, [](char32_t c) { return unicode::is_bert_accent(c); });
  }
  if (!options_.lowercase) {
    return;
  }
  for (std::size_t i = 0; i < characters.size();) {
    char32_t own = 0;
    const std::u32string_view lower = unicode::lowercase(characters[i], own);
    characters.replace(i, 1, lower);
    i += lower.size();
  }
}

BertPipeline::Mapped BertPipeline::compute(char32_t code) const {
  if (options_.clean_text) {
    if (BertNormalizer::is_dropped(code)) {
      return {.effect = Effect::Drop, .code = 0};
    }
    if (unicode::is_whitespace(code)) {
      return {.effect = Effect::Space, .code = 0};
    }
  }
  std::u32string characters;
  normalize(code, characters);
  for (const char32_t character : characters) {
    if ((options_.strip_accents && unicode::combining_class(character) != 0) ||
        may_begin_added(character)) {
      return {.effect = Effect::Stages, .code = 0};
    }
  }
  if (characters.empty()) {
    return {.effect = Effect::Drop, .code = 0};
  }
  const bool is_chinese = options_.handle_chinese_chars && BertNormalizer::is_chinese(code);
  if (characters.size() > 1) {
    // No ideograph does that today.
    return {.effect = is_chinese ? Effect::Stages : Effect::Several, .code = 0};
  }
  const char32_t normalized = characters.front();
  if (unicode::is_whitespace(normalized)) {
    return {.effect = Effect::Space, .code = 0};
  }
  if (unicode::is_bert_punctuation(normalized)) {
    return {.effect = Effect::Punctuation, .code = normalized};
  }
  return {.effect = is_chinese ? Effect::Chinese : Effect::Word, .code = normalized};
}

}  // namespace onnxformers::tokenizers
