#include <algorithm>

#include "base/parallel.h"
#include "tokenizers/tokenizer.h"

namespace onnxformers::tokenizers {

void Tokenizer::make_token_kinds() {
  kinds_.assign(vocab_size_, kModelToken);
  for (const AddedToken& token : added_->tokens()) {
    kinds_[token.id] |= kAddedToken;
    if (!token.special) {
      continue;
    }
    // Special is what has the text of a special token, under whatever id.
    kinds_[token.id] |= kSpecialToken;
    if (const auto id = model_->vocabulary().find(token.content)) {
      kinds_[*id] |= kSpecialToken;
    }
  }
}

void Tokenizer::append_tokens(std::span<const std::uint32_t> ids, bool skip_special_tokens,
                              TokenList& tokens) const {
  // A token of a text has some five bytes.
  tokens.reserve(ids.size(), ids.size() * 5);
  const Vocabulary& vocabulary = model_->vocabulary();
  for (const std::uint32_t id : ids) {
    if (id >= kinds_.size() || (skip_special_tokens && (kinds_[id] & kSpecialToken) != 0)) {
      continue;
    }
    const auto token = (kinds_[id] & kAddedToken) != 0 ? id_to_token(id) : vocabulary.token(id);
    if (token) {
      tokens.add(*token);
    }
  }
}

std::string Tokenizer::decode(std::span<const std::uint32_t> ids, bool skip_special_tokens) const {
  TokenList tokens;
  append_tokens(ids, skip_special_tokens, tokens);
  TokenList decoded;
  decoded.reserve(tokens.size(), tokens.characters().size());
  decoder_->start()->decode(tokens, true, decoded);
  return decoded.take_characters();
}

std::string Tokenizer::decode_tokens(std::span<const std::string_view> texts) const {
  TokenList tokens;
  for (const std::string_view text : texts) {
    tokens.add(text);
  }
  TokenList decoded;
  decoder_->start()->decode(tokens, true, decoded);
  return decoded.take_characters();
}

std::vector<std::string> Tokenizer::decode_batch(
    std::span<const std::span<const std::uint32_t>> rows, bool skip_special_tokens,
    unsigned threads) const {
  std::vector<std::string> texts(rows.size());
  parallel_for(rows.size(), threads, [&](std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) {
      texts[row] = decode(rows[row], skip_special_tokens);
    }
  });
  return texts;
}

}  // namespace onnxformers::tokenizers
