#include "tokenizers/text_encoder.h"

#include <algorithm>

#include "base/utf8.h"
#include "tokenizers/tokenizer.h"

namespace onnxformers::tokenizers {

namespace {

constexpr std::size_t kKeptTokens = std::size_t{1} << 20U;

}  // namespace

void Scratch::shrink() {
  whole.text.shrink();
  part.text.shrink();
  if (whole.pieces.capacity() + first.ids.capacity() + second.ids.capacity() > kKeptTokens) {
    *this = Scratch();
  }
}

void TextEncoder::start(Tokens& tokens) {
  tokens_ = &tokens;
  next_word_ = 0;
  limit_ = most_ == kNoLimit ? kNoLimit : tokens.ids.size() + most_;
}

void TextEncoder::encode(std::string_view text, Tokens& tokens) {
  start(tokens);
  append(text);
}

void TextEncoder::encode_words(std::span<const std::string_view> words, Tokens& tokens) {
  start(tokens);
  std::uint32_t index = 0;
  for (const std::string_view word : words) {
    const std::size_t first = tokens.words.size();
    append(word);
    std::fill(tokens.words.begin() + static_cast<std::ptrdiff_t>(first), tokens.words.end(), index);
    ++index;
    if (tokens.ids.size() >= limit_) {
      return;
    }
  }
}

void TextEncoder::append(std::string_view text) {
  const AddedVocabulary& added = tokenizer_.added_vocabulary();
  added.match_original(text, scratch_.original_matches, split_special_tokens_);
  std::size_t begin = 0;
  // Index of the one at `begin`. Without offsets it only matters whether that is the first one.
  std::uint32_t character = 0;
  const auto advance = [&](std::size_t end) {
    const std::string_view passed = text.substr(begin, end - begin);
    character += static_cast<std::uint32_t>(with_offsets_ ? utf8::count(passed) : passed.size());
    begin = end;
  };
  for (const AddedMatch& match : scratch_.original_matches) {
    encode_between(text.substr(begin, match.begin - begin), character);
    advance(match.begin);
    const std::uint32_t first = character;
    advance(match.end);
    add_token(*match.token, {.begin = first, .end = character},
              text.substr(match.begin, match.end - match.begin));
    if (tokens_->ids.size() >= limit_) {
      return;
    }
  }
  encode_between(text.substr(begin), character);
}

void TextEncoder::encode_between(std::string_view text, std::uint32_t first_character) {
  if (text.empty()) {
    return;
  }
  // A fast path looks for all tokens in normalised text.
  const bool needs_stages = split_special_tokens_ && tokenizer_.added_vocabulary().has_normalized();
  if (const FastPath* fast = tokenizer_.fast_path_.get(); fast != nullptr && !needs_stages) {
    const FastPath::Input input{
        .text = text,
        .first_character = first_character,
        .limit = limit_,
    };
    const bool done = with_offsets_ ? fast->encode_with_offsets(input, *tokens_, next_word_)
                                    : fast->encode_ids(input, tokens_->ids);
    if (done) {
      return;
    }
  }
  encode_stages(text, first_character);
}

void TextEncoder::encode_stages(std::string_view text, std::uint32_t first_character) {
  NormalizedText& normalized = scratch_.whole.text;
  const PreTokenizer* pre_tokenizer = tokenizer_.pre_tokenizer_.get();
  const bool needs_origins = pre_tokenizer != nullptr && pre_tokenizer->needs_origins();
  normalized.reset(text, first_character, with_offsets_ || needs_origins);
  if (tokenizer_.normalizer_ != nullptr) {
    tokenizer_.normalizer_->normalize(normalized);
  }
  tokenizer_.added_vocabulary().match_normalized(normalized.text(), scratch_.normalized_matches,
                                                 split_special_tokens_);
  if (scratch_.normalized_matches.empty()) {
    encode_part(scratch_.whole);
    return;
  }
  std::size_t begin = 0;
  const auto encode_until = [&](std::size_t end) {
    scratch_.part.text.reset(normalized, begin, end);
    encode_part(scratch_.part);
  };
  for (const AddedMatch& match : scratch_.normalized_matches) {
    encode_until(match.begin);
    CharacterSpan span{.begin = 0, .end = 0};
    if (with_offsets_) {
      span = {
          .begin = origin_begin(normalized.origin(match.begin)),
          .end = origin_end(normalized.origin(match.end - 1)),
      };
    }
    add_token(*match.token, span, normalized.text().substr(match.begin, match.end - match.begin));
    begin = match.end;
  }
  encode_until(normalized.text().size());
}

void TextEncoder::encode_part(PreTokenizedText& part) {
  part.reset_pieces();
  if (tokenizer_.pre_tokenizer_ != nullptr) {
    tokenizer_.pre_tokenizer_->split(part);
  }
  for (const Piece& piece : part.pieces) {
    encode_word(part, piece);
    if (tokens_->ids.size() >= limit_) {
      return;
    }
  }
}

void TextEncoder::encode_word(const PreTokenizedText& text, const Piece& piece) {
  const std::string_view word = text.text.text().substr(piece.begin, piece.end - piece.begin);
  if (!with_offsets_) {
    tokenizer_.model_->append_ids(word, tokens_->ids);
    return;
  }
  scratch_.word_tokens.clear();
  tokenizer_.model_->append_tokens(word, scratch_.word_tokens);
  for (const WordToken& token : scratch_.word_tokens) {
    if (token.shows_text) {
      tokens_->texts.add(tokens_->ids.size(), word.substr(token.begin, token.end - token.begin));
    }
    tokens_->ids.push_back(token.id);
    tokens_->spans.push_back({
        .begin = origin_begin(text.text.origin(piece.begin + token.begin)),
        .end = origin_end(text.text.origin(piece.begin + token.end - 1)),
    });
    tokens_->words.push_back(next_word_);
  }
  ++next_word_;
}

void TextEncoder::add_token(const AddedToken& token, CharacterSpan span, std::string_view text) {
  if (with_offsets_) {
    if (text != token.content) {
      tokens_->texts.add(tokens_->ids.size(), text);
    }
    tokens_->spans.push_back(span);
    tokens_->words.push_back(next_word_);
    ++next_word_;
  }
  tokens_->ids.push_back(token.id);
}

}  // namespace onnxformers::tokenizers
