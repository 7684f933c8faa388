#include <algorithm>
#include <span>

#include "base/utf8.h"
#include "tokenizers/byte_level_pipeline.h"
#include "tokenizers/normalizers/composed_text.h"

namespace onnxformers::tokenizers {

namespace {

/// Digits goes by Unicode 17, the scanners by 16: U+11DE0 to U+11DE9, U+16FF4 to U+16FF6.
bool has_newer_numbers(std::string_view text) {
  return text.find("\xF0\x91\xB7") != std::string_view::npos ||
         text.find("\xF0\x96\xBF") != std::string_view::npos;
}

}  // namespace

bool ByteLevelPipeline::leaves_to_stages(std::string_view text) const {
  return !is_able_ || (splits_digits_ && has_newer_numbers(text));
}

std::string_view ByteLevelPipeline::normalized(const Input& input, bool with_origins) const {
  return is_composed_ ? ComposedText::get().compose(input.text, input.first_character, with_origins)
                      : input.text;
}

template <typename EncodePart, typename AddToken>
bool ByteLevelPipeline::for_each_part(std::string_view text, EncodePart encode_part,
                                      AddToken add_token) const {
  if (!added_.has_normalized()) {
    return encode_part(text);
  }
  static thread_local std::vector<AddedMatch> matches;
  added_.match_normalized(text, matches);
  std::size_t begin = 0;
  for (const AddedMatch& match : matches) {
    if (!encode_part(text.substr(begin, match.begin - begin))) {
      return false;
    }
    add_token(*match.token, text.substr(match.begin, match.end - match.begin));
    begin = match.end;
  }
  return encode_part(text.substr(begin));
}

bool ByteLevelPipeline::encode_ids(const Input& input, std::vector<std::uint32_t>& ids) const {
  if (leaves_to_stages(input.text)) {
    return false;
  }
  const std::size_t before = ids.size();
  const bool done = for_each_part(
      normalized(input, false),
      [&](std::string_view part) {
        return runner_->encode_ids(*this, needs_space(part) ? with_space(part) : part, input.limit,
                                   ids);
      },
      [&](const AddedToken& token, std::string_view /*text*/) { ids.push_back(token.id); });
  if (!done) {
    ids.resize(before);
  }
  return done;
}

bool ByteLevelPipeline::encode_with_offsets(const Input& input, Tokens& tokens,
                                            std::uint32_t& next_word) const {
  if (leaves_to_stages(input.text)) {
    return false;
  }
  const Tokens::Mark before = tokens.mark();
  std::uint32_t next = next_word;
  std::uint32_t character = input.first_character;
  std::string_view part_before;
  const auto advance = [&](std::string_view text) {
    const std::uint32_t first = character;
    character += static_cast<std::uint32_t>(utf8::count(text));
    return first;
  };
  const bool done = for_each_part(
      normalized(input, true),
      [&](std::string_view part) {
        part_before = part;
        return encode_part(part, character, input.limit, tokens, next);
      },
      [&](const AddedToken& token, std::string_view text) {
        (void)advance(part_before);
        const std::uint32_t first = advance(text);
        tokens.ids.push_back(token.id);
        tokens.spans.push_back({.begin = first, .end = character});
        tokens.words.push_back(next++);
        if (text != token.content) {
          tokens.texts.add(tokens.ids.size() - 1, text);
        }
      });
  if (!done) {
    tokens.cut(before);
    return false;
  }
  if (is_composed_) {
    ComposedText::get().map_back(std::span(tokens.spans).subspan(before.tokens));
  }
  next_word = next;
  return true;
}

bool ByteLevelPipeline::encode_part(std::string_view part, std::uint32_t first_character,
                                    std::size_t limit, Tokens& tokens,
                                    std::uint32_t& next_word) const {
  if (!needs_space(part)) {
    return runner_->encode_with_offsets(*this, part, first_character, limit, tokens, next_word);
  }
  const std::size_t first = tokens.spans.size();
  const bool done = runner_->encode_with_offsets(*this, with_space(part), first_character - 1,
                                                 limit, tokens, next_word);
  // The space that was put there stands for the first character.
  if (first < tokens.spans.size()) {
    CharacterSpan& span = tokens.spans[first];
    span.begin = first_character;
    span.end = std::max(span.end, span.begin + 1);
  }
  return done;
}

}  // namespace onnxformers::tokenizers
