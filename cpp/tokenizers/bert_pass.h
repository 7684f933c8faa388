#pragma once

// The loop of BertPipeline; included by bert_pipeline.cpp only.

#include <array>
#include <bit>
#include <cstring>

#include "base/unicode.h"
#include "base/utf8.h"
#include "tokenizers/bert_pipeline.h"

namespace onnxformers::tokenizers {

/// One pass over one text. Without offsets only ids are written, and nothing else is kept track of.
template <bool kWithOffsets>
class BertPipeline::Pass {
 public:
  struct Output {
    std::vector<std::uint32_t>* ids;
    std::vector<CharacterSpan>* spans;
    std::vector<std::uint32_t>* words;
    std::uint32_t* next_word;
  };

  Pass(const BertPipeline& pipeline, const Input& input, const Output& output, Scratch& scratch)
      : pipeline_(pipeline),
        model_(pipeline.model_),
        text_(input.text),
        limit_(input.limit),
        character_(input.first_character),
        output_(output),
        scratch_(scratch),
        ids_before_(output.ids->size()),
        words_before_(kWithOffsets ? *output.next_word : 0) {}

  bool run() {
    std::size_t i = 0;
    while (i < text_.size() && output_.ids->size() < limit_) {
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
          put_token(pipeline_.punctuation_ids_[byte], character_at(i), character_at(i) + 1);
          end_word();
          ++i;
          break;
        default:
          if (!read_mixed_word(i)) {
            return undo();
          }
          break;
      }
    }
    return true;
  }

 private:
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

  bool undo() {
    output_.ids->resize(ids_before_);
    if constexpr (kWithOffsets) {
      output_.spans->resize(ids_before_);
      output_.words->resize(ids_before_);
      *output_.next_word = words_before_;
    }
    return false;
  }

  void put_token(std::uint32_t id, std::uint32_t begin, std::uint32_t end) {
    output_.ids->push_back(id);
    if constexpr (kWithOffsets) {
      output_.spans->push_back({begin, end});
      output_.words->push_back(*output_.next_word);
    }
  }

  void end_word() {
    if constexpr (kWithOffsets) {
      ++*output_.next_word;
    }
  }

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
    const std::uint32_t first = character_at(begin);
    if (size > model_.max_characters()) {
      put_token(model_.unk_id(), first, character_at(end));
    } else if (size <= ShortWord::kMaxBytes) {
      const ShortWord word = load_ascii(begin, end);
      const std::uint32_t id = model_.find_whole(word);
      if (id != ShortWords::kNone) {
        put_token(id, first, character_at(end));
      } else {
        std::array<char, ShortWord::kMaxBytes> bytes{};
        std::memcpy(bytes.data(), &word.low, 8);
        std::memcpy(bytes.data() + 8, &word.high, 8);
        put_pieces({bytes.data(), size},
                   [&](std::size_t at) { return first + static_cast<Origin>(at); });
      }
    } else {
      scratch_.word.assign(text_, begin, size);
      for (char& c : scratch_.word) {
        c = static_cast<char>(pipeline_.map(static_cast<unsigned char>(c)).code);
      }
      put_pieces(scratch_.word, [&](std::size_t at) { return first + static_cast<Origin>(at); });
    }
    end_word();
  }

  /// @param origin_at origin of a byte of the word.
  template <typename OriginAt>
  void put_pieces(std::string_view word, OriginAt origin_at) {
    const std::size_t before = output_.ids->size();
    const auto put = [&](std::uint32_t id, std::size_t begin, std::size_t end) {
      if constexpr (kWithOffsets) {
        put_token(id, origin_begin(origin_at(begin)), origin_end(origin_at(end - 1)));
      } else {
        put_token(id, 0, 0);
      }
    };
    if (!model_.cover(word, put)) {
      output_.ids->resize(before);
      if constexpr (kWithOffsets) {
        output_.spans->resize(before);
        output_.words->resize(before);
      }
      put(model_.unk_id(), 0, word.size());
    }
  }

  /// Reads from byte i on, through words that are not plain ASCII, up to a place where the loop
  /// over ASCII can go on. False if the stages have to do it.
  bool read_mixed_word(std::size_t& i) {
    start_word();
    const std::size_t start = i;
    while (i < text_.size() && output_.ids->size() < limit_) {
      const auto [code, length] = utf8::decode(text_, i);
      if (i != start && word_is_empty() && code < 0x80 && is_simple(effect_at(i))) {
        return true;
      }
      const std::uint32_t ideograph = pipeline_.ideograph(code);
      if (ideograph != kNoToken) {
        flush_word();
        put_token(ideograph, character_at(i), character_at(i) + 1);
        end_word();
        character_ -= length - 1U;
        i += length;
        continue;
      }
      const Mapped mapped = pipeline_.map(code);
      if (mapped.effect == Effect::Stages) {
        return false;
      }
      take(mapped, code, character_at(i));
      character_ -= length - 1U;
      i += length;
    }
    flush_word();
    return true;
  }

  static bool is_simple(Effect effect) {
    return effect == Effect::Word || effect == Effect::Space || effect == Effect::Drop ||
           effect == Effect::Punctuation;
  }

  void take(const Mapped& mapped, char32_t code, Origin origin) {
    switch (mapped.effect) {
      case Effect::Word:
        append_to_word(mapped.code, origin);
        break;
      case Effect::Space:
        flush_word();
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

  void put_alone(char32_t code, Origin origin) {
    flush_word();
    append_to_word(code, origin);
    flush_word();
  }

  void take_several(char32_t code, Origin origin) {
    pipeline_.normalize(code, scratch_.characters);
    for (const char32_t character : scratch_.characters) {
      if (unicode::is_whitespace(character)) {
        flush_word();
      } else if (unicode::is_bert_punctuation(character)) {
        put_alone(character, origin);
      } else {
        append_to_word(character, origin);
      }
    }
  }

  void start_word() {
    scratch_.word.clear();
    scratch_.origins.clear();
    word_characters_ = 0;
  }

  [[nodiscard]] bool word_is_empty() const { return word_characters_ == 0; }

  void append_to_word(char32_t code, Origin origin) {
    ++word_characters_;
    // Of a word that is too long only the ends count.
    if (word_characters_ > model_.max_characters()) {
      last_origin_ = origin;
      if (word_characters_ > 1) {
        return;
      }
    }
    utf8::append(scratch_.word, code);
    if constexpr (kWithOffsets) {
      scratch_.origins.resize(scratch_.word.size(), origin);
    }
  }

  void flush_word() {
    if (word_is_empty()) {
      return;
    }
    const std::string_view word = scratch_.word;
    const auto origin_at = [&](std::size_t at) { return scratch_.origins[at]; };
    if (word_characters_ > model_.max_characters()) {
      const Origin first = kWithOffsets ? scratch_.origins.front() : 0;
      put_token(model_.unk_id(), origin_begin(first), origin_end(last_origin_));
    } else {
      const std::uint32_t id = word.size() <= ShortWord::kMaxBytes
                                   ? model_.find_whole(ShortWords::load(word))
                                   : ShortWords::kNone;
      if (id == ShortWords::kNone) {
        put_pieces(word, origin_at);
      } else if constexpr (kWithOffsets) {
        put_token(id, origin_begin(origin_at(0)), origin_end(origin_at(word.size() - 1)));
      } else {
        put_token(id, 0, 0);
      }
    }
    end_word();
    start_word();
  }

  const BertPipeline& pipeline_;
  const WordPiece& model_;
  std::string_view text_;
  std::size_t limit_;
  std::uint32_t character_;  // character_at() of byte 0, less what only continues characters
  Output output_;
  Scratch& scratch_;
  std::size_t ids_before_;
  std::uint32_t words_before_;
  std::size_t word_characters_ = 0;
  Origin last_origin_ = 0;
};

}  // namespace onnxformers::tokenizers
