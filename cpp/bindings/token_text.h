#pragma once

#include "bindings/module.h"

#include <memory>
#include <string>
#include <unordered_map>

#include "generation/token_text.h"
#include "tokenizers/tokenizer.h"

namespace onnxformers::bindings {

/// What the token loop may know of a tokenizer. For one thread: it keeps what it has looked up.
class TokenizerText final : public generation::TokenText {
 public:
  explicit TokenizerText(std::shared_ptr<const tokenizers::Tokenizer> tokenizer);

  [[nodiscard]] std::string_view bytes(generation::Token token) const override;

 private:
  [[nodiscard]] std::string find_bytes(generation::Token token) const;
  /// What the decoder makes of a token between two others.
  [[nodiscard]] std::string between(std::string_view token) const;

  std::shared_ptr<const tokenizers::Tokenizer> tokenizer_;
  std::string before_;  ///< what the decoder makes of the token in front
  std::string after_;   ///< and adds for the one behind
  bool is_byte_level_ = false;
  bool has_byte_fallback_ = false;
  mutable std::unordered_map<generation::Token, std::string> known_;
};

/// Tokenizer.token_bytes; after bind_tokenizers.
void bind_token_text(py::module_& m);

}  // namespace onnxformers::bindings
