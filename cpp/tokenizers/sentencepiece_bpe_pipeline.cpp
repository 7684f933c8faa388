#include "tokenizers/sentencepiece_bpe_pipeline.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <utility>

#include "base/utf8.h"
#include "tokenizers/models/bpe_word.h"
#include "tokenizers/sentencepiece_bpe_pass.h"

namespace onnxformers::tokenizers {

SentencePieceBpePipeline::SentencePieceBpePipeline(const Bpe& model, SentencePieceLayout layout)
    : model_(model),
      layout_(std::move(layout)),
      number_(next_owner()),
      backtracker_(model.merges()) {
  if (model.options().unk_token) {
    unk_id_ = model.vocabulary().find(*model.options().unk_token).value_or(0);
  }
  for (unsigned byte = 0; byte < 256; ++byte) {
    byte_ids_[byte] = model.characters().find_byte(static_cast<unsigned char>(byte));
  }
}

void SentencePieceBpePipeline::visit_tables(TableArchive& archive) {
  archive(is_able_);
  pairs_.visit_tables(archive);
  backtracker_.visit_tables(archive);
  wholes_.visit_tables(archive);
}

bool SentencePieceBpePipeline::leaves_to_stages(std::string_view text) const {
  return !is_able_ || std::ranges::any_of(layout_.others, [&](const std::string& other) {
    return text.find(other) != std::string_view::npos;
  });
}

bool SentencePieceBpePipeline::needs_space(const Input& input) const {
  switch (layout_.front) {
    case Front::AsItIs:
      return false;
    case Front::Space:
      return true;
    case Front::OneSpace:
      return input.text.front() != ' ';
    case Front::OneSpaceAtTheVeryFront:
      return input.text.front() != ' ' && input.first_character == 0;
  }
  return false;
}

std::pair<std::size_t, std::size_t> SentencePieceBpePipeline::find_symbols(
    std::string_view part, std::size_t begin,
    std::span<std::uint32_t, kShortBpeWord> symbols) const {
  std::size_t count = 0;
  std::size_t at = begin;
  while (at < part.size()) {
    const auto ones =
        static_cast<std::size_t>(std::countl_one(static_cast<unsigned char>(part[at])));
    const std::uint32_t id =
        ones == 0 ? find_ascii(part[at]) : find_character(part.substr(at, ones));
    if (id == BpeCharacters::kNone) {
      break;
    }
    symbols[count++] = id;
    at += std::max<std::size_t>(ones, 1);
  }
  return {at, count};
}

std::size_t SentencePieceBpePipeline::append_known(std::string_view part, std::size_t begin,
                                                   std::vector<std::uint32_t>& tokens) const {
  if (part.size() - begin <= kShortBpeWord) {
    std::array<std::uint32_t, kShortBpeWord> symbols;
    const auto [end, count] = find_symbols(part, begin, symbols);
    merge_short_word(
        model_.merges(), std::span(symbols).first(count),
        [&](std::uint32_t id, std::size_t from, std::size_t to) {
          tokens.push_back(SpannedToken::make(id, static_cast<std::uint32_t>(to - from)));
        });
    return end;
  }
  const std::size_t first = tokens.size();
  const std::size_t end = backtracker_.append_pieces(part, begin, tokens);
  const char* bytes = part.data() + begin;
  for (std::size_t i = first; i < tokens.size(); ++i) {
    const std::uint32_t size = BpeBacktracker::bytes_of(tokens[i]);
    const auto characters = static_cast<std::uint32_t>(utf8::count({bytes, size}));
    tokens[i] = SpannedToken::make(BpeBacktracker::id_of(tokens[i]), characters);
    bytes += size;
  }
  return end;
}

bool SentencePieceBpePipeline::append_unknown(std::string_view character, bool is_behind_unknown,
                                              std::vector<std::uint32_t>& tokens) const {
  if (character == kSign) {
    return false;
  }
  if (model_.options().byte_fallback) {
    for (const char byte : character) {
      tokens.push_back(SpannedToken::make_byte(byte_ids_[static_cast<unsigned char>(byte)]));
    }
    tokens.back() = SpannedToken::make(SpannedToken(tokens.back()).id(), 1);
  } else if (is_behind_unknown && model_.options().fuse_unk) {
    const SpannedToken before(tokens.back());
    if (before.characters() == SpannedToken::kMostCharacters) {
      return false;
    }
    tokens.back() = SpannedToken::make(before.id(), before.characters() + 1);
  } else {
    tokens.push_back(SpannedToken::make(unk_id_, 1));
  }
  return true;
}

bool SentencePieceBpePipeline::encode_ids(const Input& input,
                                          std::vector<std::uint32_t>& ids) const {
  if (leaves_to_stages(input.text)) {
    return false;
  }
  const std::size_t before = ids.size();
  const std::string_view text = needs_space(input) ? with_space(input.text) : input.text;
  std::uint32_t next_word = 0;
  if (!Pass<false>(*this, text, 0, {.ids = &ids, .tokens = nullptr, .next_word = &next_word})
           .run(input.limit)) {
    ids.resize(before);
    return false;
  }
  return true;
}

bool SentencePieceBpePipeline::encode_with_offsets(const Input& input, Tokens& tokens,
                                                   std::uint32_t& next_word) const {
  if (leaves_to_stages(input.text)) {
    return false;
  }
  const Tokens::Mark before = tokens.mark();
  const bool has_space = needs_space(input);
  const std::string_view text = has_space ? with_space(input.text) : input.text;
  if (!Pass<true>(*this, text, input.first_character - (has_space ? 1 : 0),
                  {.ids = &tokens.ids, .tokens = &tokens, .next_word = &next_word})
           .run(input.limit)) {
    tokens.cut(before);
    return false;
  }
  if (has_space && before.tokens < tokens.spans.size()) {
    // The space that was put there stands for the first character.
    CharacterSpan& span = tokens.spans[before.tokens];
    span.begin = input.first_character;
    span.end = std::max(span.end, span.begin + 1);
  }
  return true;
}

}  // namespace onnxformers::tokenizers
