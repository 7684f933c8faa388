#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/utf8.h"
#include "tokenizers/models/bpe_backtracker.h"
#include "tokenizers/placed_token.h"
#include "tokenizers/token_buffer.h"

namespace onnxformers::tokenizers {

/// The tokens of pieces of raw bytes, each of which is a word.
template <bool kWithOffsets>
class ByteLevelOutput : public TokenBuffer<kWithOffsets, 512> {
 public:
  using Buffer = TokenBuffer<kWithOffsets, 512>;

  /// @param first_character index of the first one of the text.
  ByteLevelOutput(const Buffer::Target& target, std::uint32_t first_character)
      : Buffer(target), character_(first_character) {}

  /// A piece that is one token; there must be room.
  void put_whole(std::uint32_t id, std::uint32_t characters) {
    this->put_reserved(id, {.begin = character_, .end = character_ + characters});
    character_ += characters;
    this->end_word();
  }

  /// A piece of PlacedTokens; there must be room.
  void put_placed(std::span<const std::uint32_t> tokens) {
    std::uint32_t end = 0;
    for (const std::uint32_t number : tokens) {
      const PlacedToken token(number);
      const std::uint32_t begin = token.begin(end);
      end = token.end();
      this->put_reserved(token.id(), {.begin = character_ + begin, .end = character_ + end});
    }
    character_ += end;
    this->end_word();
  }

  /// A piece of any length. @param pieces of BpeBacktracker.
  void put_merged(std::span<const std::uint32_t> pieces, std::string_view text) {
    for (const std::uint32_t piece : pieces) {
      const std::size_t size = BpeBacktracker::bytes_of(piece);
      const std::uint32_t begin =
          character_ - (kWithOffsets && utf8::is_continuation(text.front()) ? 1 : 0);
      if constexpr (kWithOffsets) {
        for (const char byte : text.substr(0, size)) {
          character_ += utf8::is_continuation(byte) ? 0 : 1;
        }
      }
      this->put(BpeBacktracker::id_of(piece), {.begin = begin, .end = character_});
      text.remove_prefix(size);
    }
    this->end_word();
  }

 private:
  std::uint32_t character_;  // index of the next one to begin
};

}  // namespace onnxformers::tokenizers
