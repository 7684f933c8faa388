#include "bindings/token_text.h"

#include <array>
#include <utility>

#include <pybind11/typing.h>

#include "tokenizers/byte_alphabet.h"
#include "tokenizers/decoders/byte_fallback.h"

namespace onnxformers::bindings {

namespace {

using generation::Token;

// Decoders treat tokens at the begin and end of a text in their own ways.
constexpr std::string_view kNeighbour = "a";

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
  if (token < 0 || std::cmp_greater_equal(token, tokenizer_->vocab_size())) {
    return {};
  }
  const auto id = static_cast<std::uint32_t>(token);
  tokenizers::TokenList kept;
  tokenizer_->append_tokens(std::array{id}, true, kept);
  if (kept.size() == 0) {
    return std::string(tokenizer_->id_to_token(id).value_or(""));  // special
  }
  const std::string_view content = kept.token(0);
  if (const auto byte = tokenizers::fallback_byte(content); byte && has_byte_fallback_) {
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

void bind_token_text(py::module_& m) {
  using tokenizers::Tokenizer;
  py::reinterpret_borrow<py::class_<Tokenizer, std::shared_ptr<Tokenizer>>>(m.attr("Tokenizer"))
      .def(
          "token_bytes",
          [](const std::shared_ptr<Tokenizer>& self) {
            const TokenizerText text(self);
            py::typing::List<py::bytes> all;
            for (std::size_t id = 0; id < self->vocab_size(); ++id) {
              const std::string_view bytes = text.bytes(static_cast<generation::Token>(id));
              all.append(py::bytes(bytes.data(), bytes.size()));
            }
            return all;
          },
          "By id, the bytes that a token adds to a text; of a special token its name.");
}

}  // namespace onnxformers::bindings
