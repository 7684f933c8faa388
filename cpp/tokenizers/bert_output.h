#pragma once

// Where the words of BertPipeline go; included by bert_pipeline.cpp only.

#include <string_view>

#include "tokenizers/bert_pipeline.h"
#include "tokenizers/token_buffer.h"

namespace onnxformers::tokenizers {

/// Takes words after normalisation and writes their tokens.
template <bool kWithOffsets>
class BertPipeline::Output : public TokenBuffer<kWithOffsets> {
 public:
  using Buffer = TokenBuffer<kWithOffsets>;

  Output(const WordPiece& model, const typename Buffer::Target& target)
      : Buffer(target), model_(model) {}

  /// A word of one token. @param span of the word.
  void put_whole(std::uint32_t id, CharacterSpan span) {
    this->put(id, span);
    this->end_word();
  }
  void put_unknown(CharacterSpan span) { put_whole(model_.unk_id(), span); }

  /// A word that is no token.
  /// @param origin_at origin of a byte of the word, only called with offsets.
  template <typename OriginAt>
  void put_pieces(std::string_view word, OriginAt origin_at) {
    const std::size_t before = this->size();
    const auto put = [&](std::uint32_t id, std::size_t begin, std::size_t end) {
      this->put(id, span(begin, end, origin_at));
    };
    if (!model_.cover(word, put)) {
      this->cut(before);
      put(model_.unk_id(), 0, word.size());
    }
    this->end_word();
  }

  /// Characters of bytes [begin, end) of a word; nothing to go by without offsets.
  template <typename OriginAt>
  [[nodiscard]] static CharacterSpan span(std::size_t begin, std::size_t end, OriginAt origin_at) {
    if constexpr (kWithOffsets) {
      return {.begin = origin_begin(origin_at(begin)), .end = origin_end(origin_at(end - 1))};
    } else {
      return {.begin = 0, .end = 0};
    }
  }

 private:
  const WordPiece& model_;
};

}  // namespace onnxformers::tokenizers
