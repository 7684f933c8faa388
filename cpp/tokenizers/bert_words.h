#pragma once

// The words of BertPipeline that are not plain ASCII; included by bert_pipeline.cpp only.

#include <string_view>

#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/bert_output.h"

namespace onnxformers::tokenizers {

/// The word that is being read character by character.
template <bool kWithOffsets>
class BertPipeline::Words {
 public:
  Words(const BertPipeline& pipeline, Output<kWithOffsets>& output, Scratch& scratch)
      : pipeline_(pipeline), model_(pipeline.model_), output_(output), scratch_(scratch) {}

  void start() {
    scratch_.word.clear();
    scratch_.origins.clear();
    characters_ = 0;
  }

  [[nodiscard]] bool is_empty() const { return characters_ == 0; }

  /// Takes a character, not Effect::Stages. @param code before normalisation.
  void take(const Mapped& mapped, char32_t code, Origin origin) {
    switch (mapped.effect) {
      case Effect::Word:
        append(mapped.code, origin);
        break;
      case Effect::Space:
        flush();
        break;
      case Effect::Punctuation:
      case Effect::Chinese:
        put_alone(mapped.code, origin);
        break;
      case Effect::Several:
        take_several(code, origin);
        break;
      default:
        break;
    }
  }

  /// Ends the word, if there is one.
  void flush() {
    if (is_empty()) {
      return;
    }
    const std::string_view word = scratch_.word;
    const auto origin_at = [&](std::size_t at) { return scratch_.origins[at]; };
    if (characters_ > model_.max_characters()) {
      const Origin first = kWithOffsets ? scratch_.origins.front() : 0;
      output_.put_unknown({.begin = origin_begin(first), .end = origin_end(last_origin_)});
    } else {
      const std::uint32_t id = word.size() <= ShortWord::kMaxBytes
                                   ? model_.find_whole(ShortWords::load(word))
                                   : ShortWords::kNone;
      if (id == ShortWords::kNone) {
        output_.put_pieces(word, origin_at);
      } else {
        output_.put_whole(id, output_.span(0, word.size(), origin_at));
      }
    }
    start();
  }

 private:
  void put_alone(char32_t code, Origin origin) {
    flush();
    append(code, origin);
    flush();
  }

  void take_several(char32_t code, Origin origin) {
    pipeline_.normalize(code, scratch_.characters);
    for (const char32_t character : scratch_.characters) {
      if (unicode::is_whitespace(character)) {
        flush();
      } else if (unicode::is_bert_punctuation(character)) {
        put_alone(character, origin);
      } else {
        append(character, origin);
      }
    }
  }

  void append(char32_t code, Origin origin) {
    ++characters_;
    // Of a word that is too long only the ends count.
    if (characters_ > model_.max_characters()) {
      last_origin_ = origin;
      if (characters_ > 1) {
        return;
      }
    }
    utf8::append(scratch_.word, code);
    if constexpr (kWithOffsets) {
      scratch_.origins.resize(scratch_.word.size(), origin);
    }
  }

  const BertPipeline& pipeline_;
  const WordPiece& model_;
  Output<kWithOffsets>& output_;
  Scratch& scratch_;
  std::size_t characters_ = 0;
  Origin last_origin_ = 0;
};

}  // namespace onnxformers::tokenizers
