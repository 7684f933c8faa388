#pragma once

// The loop of BertPipeline; included by bert_pipeline.cpp only.

#include <array>
#include <bit>
#include <cstring>

#include "base/utf8.h"
#include "tokenizers/bert_words.h"

namespace onnxformers::tokenizers {

/// One pass over one text.
template <bool kWithOffsets>
class BertPipeline::Pass {
 public:
  Pass(const BertPipeline& pipeline, const Input& input,
       const typename TokenBuffer<kWithOffsets>::Target& target, Scratch& scratch)
      : pipeline_(pipeline),
        model_(pipeline.model_),
        text_(input.text),
        limit_(input.limit),
        character_(input.first_character),
        scratch_(scratch),
        output_(pipeline.model_, target),
        words_(pipeline, output_, scratch) {}

  bool run() {
    std::size_t i = 0;
    while (i < text_.size() && !is_full()) {
      const auto byte = static_cast<unsigned char>(text_[i]);
      switch (pipeline_.effects_[byte]) {
        case Effect::Word: {
          const std::size_t end = ascii_word_end(i + 1);
          const Effect after = end < text_.size() ? effect_at(end) : Effect::Space;
          if (after == Effect::Space || after == Effect::Punctuation) {
            put_ascii_word(i, end);
            i = end;
            break;
          }
          if (!read_mixed_word(i)) {
            return undo();
          }
          break;
        }
        case Effect::Space:
        case Effect::Drop:
          ++i;
          break;
        case Effect::Punctuation:
          output_.put_whole(pipeline_.punctuation_ids_[byte], span(i, i + 1));
          ++i;
          break;
        default:
          if (!read_mixed_word(i)) {
            return undo();
          }
          break;
      }
    }
    output_.finish();
    return true;
  }

 private:
  [[nodiscard]] bool is_full() const { return output_.size() >= limit_; }

  bool undo() {
    output_.undo();
    return false;
  }

  [[nodiscard]] Effect effect_at(std::size_t i) const {
    return pipeline_.effects_[static_cast<unsigned char>(text_[i])];
  }

  [[nodiscard]] std::size_t ascii_word_end(std::size_t i) const {
    while (i < text_.size() && effect_at(i) == Effect::Word) {
      ++i;
    }
    return i;
  }

  /// Index of the character at byte i: bytes that only continue a character do not count.
  [[nodiscard]] std::uint32_t character_at(std::size_t i) const {
    return character_ + static_cast<std::uint32_t>(i);
  }

  /// Of bytes of ASCII.
  [[nodiscard]] CharacterSpan span(std::size_t begin, std::size_t end) const {
    return {.begin = character_at(begin), .end = character_at(end)};
  }

  // -- Words of ASCII

  static constexpr std::uint64_t kEveryByte = 0x0101010101010101ULL;

  /// Lowercases eight bytes of ASCII at once.
  static std::uint64_t lower_ascii(std::uint64_t bytes) {
    const std::uint64_t from_a = bytes + (kEveryByte * (0x80 - 'A'));
    const std::uint64_t past_z = bytes + (kEveryByte * (0x80 - 'Z' - 1));
    return bytes | ((from_a & ~past_z & (kEveryByte * 0x80)) >> 2U);
  }

  static std::uint64_t first_bytes(std::uint64_t bytes, std::size_t count) {
    return count >= 8 ? bytes : bytes & ((std::uint64_t{1} << (8U * count)) - 1);
  }

  [[nodiscard]] ShortWord load_ascii(std::size_t begin, std::size_t end) const {
    static_assert(std::endian::native == std::endian::little, "first_bytes() keeps the low bytes");
    const std::size_t size = end - begin;
    ShortWord word;
    if (text_.size() - begin >= ShortWord::kMaxBytes) {
      std::memcpy(&word.low, text_.data() + begin, 8);
      std::memcpy(&word.high, text_.data() + begin + 8, 8);
      word.low = first_bytes(word.low, size);
      word.high = size > 8 ? first_bytes(word.high, size - 8) : 0;
      word.length = static_cast<std::uint32_t>(size);
    } else {
      word = ShortWords::load(text_.substr(begin, size));
    }
    if (pipeline_.options_.lowercase) {
      word.low = lower_ascii(word.low);
      word.high = lower_ascii(word.high);
    }
    return word;
  }

  void put_ascii_word(std::size_t begin, std::size_t end) {
    const std::size_t size = end - begin;
    const auto origin_at = [first = character_at(begin)](std::size_t at) {
      return first + static_cast<Origin>(at);
    };
    if (size > model_.max_characters()) {
      output_.put_unknown(span(begin, end));
    } else if (size <= ShortWord::kMaxBytes) {
      const ShortWord word = load_ascii(begin, end);
      const std::uint32_t id = model_.find_whole(word);
      if (id != ShortWords::kNone) {
        output_.put_whole(id, span(begin, end));
        return;
      }
      std::array<char, ShortWord::kMaxBytes> bytes{};
      std::memcpy(bytes.data(), &word.low, 8);
      std::memcpy(bytes.data() + 8, &word.high, 8);
      output_.put_pieces({bytes.data(), size}, origin_at);
    } else {
      scratch_.word.assign(text_, begin, size);
      for (char& c : scratch_.word) {
        c = static_cast<char>(pipeline_.map(static_cast<unsigned char>(c)).code);
      }
      output_.put_pieces(scratch_.word, origin_at);
    }
  }

  // -- Others

  /// Reads from byte i on, through words that are not plain ASCII, up to a place where the loop
  /// over ASCII can go on. False if the stages have to do it.
  bool read_mixed_word(std::size_t& i) {
    words_.start();
    const std::size_t start = i;
    while (i < text_.size() && !is_full()) {
      const auto [code, length] = utf8::decode(text_, i);
      if (i != start && words_.is_empty() && code < 0x80 && is_simple(effect_at(i))) {
        return true;
      }
      const std::uint32_t ideograph = pipeline_.ideograph(code);
      if (ideograph != kNoToken) {
        words_.flush();
        output_.put_whole(ideograph, span(i, i + 1));
      } else {
        const Mapped mapped = pipeline_.map(code);
        if (mapped.effect == Effect::Stages) {
          return false;
        }
        words_.take(mapped, code, character_at(i));
      }
      character_ -= length - 1U;
      i += length;
    }
    words_.flush();
    return true;
  }

  static bool is_simple(Effect effect) {
    return effect == Effect::Word || effect == Effect::Space || effect == Effect::Drop ||
           effect == Effect::Punctuation;
  }

  const BertPipeline& pipeline_;
  const WordPiece& model_;
  std::string_view text_;
  std::size_t limit_;
  std::uint32_t character_;  // character_at() of byte 0, less what only continues characters
  Scratch& scratch_;
  Output<kWithOffsets> output_;
  Words<kWithOffsets> words_;
};

}  // namespace onnxformers::tokenizers
