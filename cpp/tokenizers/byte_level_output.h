#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizers/models/bpe_backtracker.h"
#include "tokenizers/placed_token.h"
#include "tokenizers/tokens.h"

namespace onnxformers::tokenizers {

/// Tokens on their way to the vectors they belong in: appending many at once is cheaper. Without
/// offsets only ids are written.
template <bool kWithOffsets>
class ByteLevelOutput {
 public:
  struct To {
    std::vector<std::uint32_t>* ids;
    std::vector<CharacterSpan>* spans;  // these only with offsets
    std::vector<std::uint32_t>* words;
    std::uint32_t first_character;
    std::uint32_t next_word;
  };

  explicit ByteLevelOutput(const To& to)
      : to_(to), character_(to.first_character), word_(to.next_word) {}

  /// With those that were appended before.
  [[nodiscard]] std::size_t size() const noexcept { return to_.ids->size() + waiting_; }
  [[nodiscard]] std::uint32_t next_word() const noexcept { return word_; }

  /// Makes room for so many tokens, at most kMost.
  void reserve(std::size_t tokens) {
    if (waiting_ + tokens > kMost) {
      flush();
    }
  }

  /// A piece that is one token; there must be room.
  void put_whole(std::uint32_t id, std::uint32_t characters) noexcept {
    put(id, character_, character_ + characters);
    character_ += characters;
    ++word_;
  }

  /// A piece of PlacedTokens; there must be room.
  void put_placed(std::span<const std::uint32_t> tokens) noexcept {
    std::uint32_t end = 0;
    for (const std::uint32_t number : tokens) {
      const PlacedToken token(number);
      const std::uint32_t begin = token.begin(end);
      end = token.end();
      put(token.id(), character_ + begin, character_ + end);
    }
    character_ += end;
    ++word_;
  }

  /// A piece of any length. @param pieces of BpeBacktracker.
  void put_merged(std::span<const std::uint32_t> pieces, std::string_view text) {
    for (const std::uint32_t piece : pieces) {
      reserve(1);
      const std::size_t size = BpeBacktracker::bytes_of(piece);
      const std::uint32_t begin = character_ - (kWithOffsets && !starts(text.front()) ? 1 : 0);
      if constexpr (kWithOffsets) {
        for (const char byte : text.substr(0, size)) {
          character_ += starts(byte) ? 1 : 0;
        }
      }
      put(BpeBacktracker::id_of(piece), begin, character_);
      text.remove_prefix(size);
    }
    ++word_;
  }

  void flush() {
    const auto append = [this](auto& to, const auto& from) {
      to.insert(to.end(), from.data(), from.data() + waiting_);
    };
    append(*to_.ids, ids_);
    if constexpr (kWithOffsets) {
      append(*to_.spans, spans_);
      append(*to_.words, words_);
    }
    waiting_ = 0;
  }

 private:
  static constexpr std::size_t kMost = 512;

  void put(std::uint32_t id, std::uint32_t begin, std::uint32_t end) noexcept {
    ids_[waiting_] = id;
    if constexpr (kWithOffsets) {
      spans_[waiting_] = {.begin = begin, .end = end};
      words_[waiting_] = word_;
    }
    ++waiting_;
  }

  [[nodiscard]] static bool starts(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80;
  }

  To to_;
  std::uint32_t character_;  // index of the next one to begin
  std::uint32_t word_;
  std::size_t waiting_ = 0;
  // Written before they are read.
  std::array<std::uint32_t, kMost> ids_;
  std::array<CharacterSpan, kMost> spans_;
  std::array<std::uint32_t, kMost> words_;
};

}  // namespace onnxformers::tokenizers
