#include "tokenizers/bert_pipeline.h"

#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/bert_pass.h"
#include "tokenizers/normalizers/canonical.h"
#include "tokenizers/pre_tokenizers/bert_pre_tokenizer.h"

namespace onnxformers::tokenizers {

std::unique_ptr<BertPipeline> BertPipeline::try_make(const Normalizer* normalizer,
                                                     const PreTokenizer* pre_tokenizer,
                                                     const Model& model,
                                                     const AddedVocabulary& added) {
  const auto* bert = dynamic_cast<const BertNormalizer*>(normalizer);
  const auto* wordpiece = dynamic_cast<const WordPiece*>(&model);
  const bool splits = dynamic_cast<const BertPreTokenizer*>(pre_tokenizer) != nullptr;
  // A token that begins with a space could begin anywhere: spaces are also put in.
  const bool added_space = added.normalized_starts()[' '];
  if (bert == nullptr || wordpiece == nullptr || !splits || added_space) {
    return nullptr;
  }
  return std::unique_ptr<BertPipeline>(new BertPipeline(bert->options(), *wordpiece, added));
}

BertPipeline::BertPipeline(const BertNormalizer::Options& options, const WordPiece& model,
                           const AddedVocabulary& added)
    : options_(options),
      model_(model),
      added_starts_(added.normalized_starts()),
      effects_(),
      table_(kTableSize) {
  for (char32_t code = 0; code < kTableSize; ++code) {
    table_[code] = compute(code);
  }
  effects_.fill(Effect::Beyond);
  for (char32_t code = 0; code < 0x80; ++code) {
    effects_[code] = table_[code].effect;
    const char byte = static_cast<char>(code);
    punctuation_ids_[code] = single_token({&byte, 1});
  }
}

bool BertPipeline::encode_ids(const Input& input, std::vector<std::uint32_t>& ids,
                              BertScratch& scratch) const {
  return Pass<false>(*this, input, {&ids, nullptr, nullptr, nullptr}, scratch).run();
}

bool BertPipeline::encode_with_offsets(const Input& input, Tokens& tokens, std::uint32_t& next_word,
                                       BertScratch& scratch) const {
  return Pass<true>(*this, input, {&tokens.ids, &tokens.spans, &tokens.words, &next_word}, scratch)
      .run();
}

std::uint32_t BertPipeline::single_token(std::string_view character) const {
  const std::uint32_t id = model_.find_whole(ShortWords::load(character));
  return id == ShortWords::kNone || model_.max_characters() == 0 ? model_.unk_id() : id;
}

bool BertPipeline::may_begin_added(char32_t code) const {
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
  std::u32string lower;
  for (const char32_t character : characters) {
    char32_t own = 0;
    lower.append(unicode::lowercase(character, own));
  }
  characters.swap(lower);
}

BertPipeline::Mapped BertPipeline::compute(char32_t code) const {
  if (options_.clean_text) {
    if (BertNormalizer::is_dropped(code)) {
      return {Effect::Drop, 0};
    }
    if (unicode::is_whitespace(code)) {
      return {Effect::Space, 0};
    }
  }
  std::u32string characters;
  normalize(code, characters);
  for (const char32_t character : characters) {
    if ((options_.strip_accents && unicode::combining_class(character) != 0) ||
        may_begin_added(character)) {
      return {Effect::Stages, 0};
    }
  }
  if (characters.empty()) {
    return {Effect::Drop, 0};
  }
  const bool is_chinese = options_.handle_chinese_chars && BertNormalizer::is_chinese(code);
  if (characters.size() > 1) {
    // No ideograph does that today.
    return {is_chinese ? Effect::Stages : Effect::Several, 0};
  }
  const char32_t normalized = characters.front();
  if (unicode::is_whitespace(normalized)) {
    return {Effect::Space, 0};
  }
  if (unicode::is_bert_punctuation(normalized)) {
    return {Effect::Punctuation, normalized};
  }
  return {is_chinese ? Effect::Chinese : Effect::Word, normalized};
}

}  // namespace onnxformers::tokenizers
