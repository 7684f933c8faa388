#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace onnxformers::tokenizers {

/// Characters [begin, end) of the original text.
struct CharacterSpan {
  std::uint32_t begin;
  std::uint32_t end;
};

/// Tokens of one text before post-processing. Without offsets only ids are filled.
struct Tokens {
  std::vector<std::uint32_t> ids;
  std::vector<CharacterSpan> spans;
  std::vector<std::uint32_t> words;  ///< index of the piece of the text that a token belongs to

  /// By index, text of tokens that go by it: added tokens with whitespace around them, and unknown
  /// tokens of some models.
  std::vector<std::pair<std::uint32_t, std::string>> texts;

  /// How far they have come; cut() goes back there.
  struct Mark {
    std::size_t tokens;
    std::size_t texts;
  };
  [[nodiscard]] Mark mark() const noexcept { return {.tokens = ids.size(), .texts = texts.size()}; }
  void cut(const Mark& mark) {
    ids.resize(mark.tokens);
    spans.resize(mark.tokens);
    words.resize(mark.tokens);
    texts.resize(mark.texts);
  }

  void clear() noexcept {
    ids.clear();
    spans.clear();
    words.clear();
    texts.clear();
  }
};

}  // namespace onnxformers::tokenizers
