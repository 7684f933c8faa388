#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tokenizers/token_texts.h"

namespace onnxformers::tokenizers {

/// Characters [begin, end) of the original text.
struct CharacterSpan {
  std::uint32_t begin;
  std::uint32_t end;
};

/// Tokens of one text or of many rows, one after the other. Without offsets only ids are filled.
struct Tokens {
  std::vector<std::uint32_t> ids;
  std::vector<CharacterSpan> spans;
  std::vector<std::uint32_t> words;  ///< index of the piece of the text that a token belongs to

  /// By index, text of tokens that go by it: added tokens with whitespace around them, and unknown
  /// tokens of some models.
  TokenTexts texts;

  /// How far they have come; cut() goes back there.
  struct Mark {
    std::size_t tokens;
    std::size_t texts;
  };
  [[nodiscard]] Mark mark() const noexcept { return {.tokens = ids.size(), .texts = texts.size()}; }
  void cut(const Mark& mark) {
    ids.resize(mark.tokens);
    spans.resize(std::min(spans.size(), mark.tokens));
    words.resize(std::min(words.size(), mark.tokens));
    texts.cut(mark.texts);
  }

  /// Appends tokens [begin, end) of another.
  void append(const Tokens& other, std::size_t begin, std::size_t end);

  void clear() noexcept {
    ids.clear();
    spans.clear();
    words.clear();
    texts.clear();
  }
};

}  // namespace onnxformers::tokenizers
