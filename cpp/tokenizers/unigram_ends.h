#pragma once

// What UnigramPipeline strips; included by unigram_pipeline.cpp only.

#include <string_view>

#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/unigram_pipeline.h"

namespace onnxformers::tokenizers {

/// The ends of a text without what the normalizers strip.
class UnigramPipeline::Ends {
 public:
  Ends(const UnigramPipeline& pipeline, const Input& input)
      : pipeline_(pipeline), text_(input.text), character_(input.first_character) {}

  /// What is left goes from byte begin() on to the end of text().
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::size_t begin() const { return begin_; }
  /// Index of the character at byte 0, less what only continues characters
  /// before begin().
  [[nodiscard]] std::uint32_t character() const { return character_; }

  /// False if the normalizers have to say.
  bool strip() {
    const Options& options = pipeline_.options_;
    if ((options.strips_right_before && !strip_right(true)) ||
        (options.strips_left_before && !strip_left(true))) {
      return false;
    }
    return (!options.strips_right_after || strip_right(false)) &&
           (!options.strips_left_after || strip_left(false));
  }

 private:
  using Kind = CharacterMap::Kind;

  /// @param before whether it happens before other rewriting.
  bool strip_right(bool before) {
    while (!text_.empty()) {
      const std::size_t last = utf8::previous(text_, text_.size());
      const char32_t code = utf8::decode_valid(text_, last).code;
      if (!is_stripped(code, before)) {
        return before || ends_as_it_is(code);
      }
      text_ = text_.substr(0, last);
    }
    return true;
  }

  bool strip_left(bool before) {
    while (begin_ < text_.size()) {
      const auto [code, length] = utf8::decode_valid(text_, begin_);
      if (!is_stripped(code, before)) {
        return before || ends_as_it_is(code);
      }
      character_ -= length - 1U;
      begin_ += length;
    }
    return true;
  }

  [[nodiscard]] bool is_stripped(char32_t code, bool before) const {
    if (before) {
      return unicode::is_whitespace(code);
    }
    const CharacterMap::Mapped mapped = pipeline_.characters_.map(code);
    return (mapped.kind == Kind::Space || mapped.kind == Kind::Letter) &&
           unicode::is_whitespace(mapped.character);
  }

  /// Whether a character at the end of the text, which is not stripped, keeps
  /// what is behind it from being stripped or changed.
  [[nodiscard]] bool ends_as_it_is(char32_t code) const {
    const Kind kind = pipeline_.characters_.map(code).kind;
    return kind == Kind::Letter || kind == Kind::Sign;
  }

  const UnigramPipeline& pipeline_;
  std::string_view text_;
  std::size_t begin_ = 0;
  std::uint32_t character_;
};

}  // namespace onnxformers::tokenizers
