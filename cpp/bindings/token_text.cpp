#include "bindings/token_text.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "tokenizers/byte_alphabet.h"

namespace onnxformers::bindings {

namespace {

using generation::Token;

// Decoders treat tokens at the begin and end of a text in their own ways.
constexpr std::string_view kNeighbour = "a";

/// The byte of "<0x0A>".
std::optional<char> fallback_byte(std::string_view token) {
  constexpr std::string_view kBegin = "<0x";
  constexpr std::size_t kSize = 6;
  if (token.size() != kSize || !token.starts_with(kBegin) || token.back() != '>') {
    return std::nullopt;
  }
  const std::string_view digits = token.substr(kBegin.size(), 2);
  unsigned value = 0;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return static_cast<char>(value);
}

}  // namespace

TokenizerText::TokenizerText(std::shared_ptr<const tokenizers::Tokenizer> tokenizer)
    : tokenizer_(std::move(tokenizer)) {
  const std::array<std::string_view, 2> pair{kNeighbour, kNeighbour};
  before_ = tokenizer_->decode_tokens(std::span(pair).first(1));
  after_ = tokenizer_->decode_tokens(pair).substr(before_.size());
  is_byte_level_ = between("\u0120") == " ";
  has_byte_fallback_ = between("<0x41>") == "A";
}

std::string_view TokenizerText::bytes(Token token) const {
  const auto [found, is_new] = known_.try_emplace(token);
  if (is_new) {
    found->second = find_bytes(token);
  }
  return found->second;
}

std::string TokenizerText::find_bytes(Token token) const {
  if (token < 0 || static_cast<std::size_t>(token) >= vocab_size()) {
    return {};
  }
  const auto id = static_cast<std::uint32_t>(token);
  tokenizers::TokenList kept;
  tokenizer_->append_tokens(std::array{id}, true, kept);
  if (kept.size() == 0) {
    return std::string(tokenizer_->id_to_token(id).value_or(""));  // special
  }
  const std::string_view content = kept.token(0);
  if (const auto byte = fallback_byte(content); byte && has_byte_fallback_) {
    return {*byte};
  }
  std::string bytes;
  if (is_byte_level_ && tokenizers::ByteAlphabet::append_bytes(bytes, content)) {
    return bytes;
  }
  return between(content);
}

std::string TokenizerText::between(std::string_view token) const {
  const std::array<std::string_view, 3> tokens{kNeighbour, token, kNeighbour};
  std::string text = tokenizer_->decode_tokens(tokens);
  if (text.size() < before_.size() + after_.size() || !text.starts_with(before_) ||
      !text.ends_with(after_)) {
    return std::string(token);  // it changes its neighbours
  }
  return text.substr(before_.size(), text.size() - before_.size() - after_.size());
}

std::string TokenizerText::decode(std::span<const Token> tokens) const {
  std::vector<std::uint32_t> ids;
  for (const Token token : tokens) {
    if (token >= 0 && static_cast<std::size_t>(token) < vocab_size()) {
      ids.push_back(static_cast<std::uint32_t>(token));
    }
  }
  return tokenizer_->decode(ids, false);
}

}  // namespace onnxformers::bindings
