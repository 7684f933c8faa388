#pragma once

#include <string_view>

#include "generation/step_model.h"

namespace onnxformers::generation {

/// What the token loop may know of the tokenizer: stop strings and streamers need text.
class TokenText {
 public:
  TokenText() = default;
  virtual ~TokenText() = default;
  TokenText(const TokenText&) = delete;
  TokenText& operator=(const TokenText&) = delete;
  TokenText(TokenText&&) = delete;
  TokenText& operator=(TokenText&&) = delete;

  /// The bytes that a token adds to a text; of a special token its name, which a stop string may
  /// be. Empty for ids of no token.
  [[nodiscard]] virtual std::string_view bytes(Token token) const = 0;
};

}  // namespace onnxformers::generation
