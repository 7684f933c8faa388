#pragma once

// How UnigramPipeline finds the tokens of words that it did not meet before; included by
// unigram_pipeline.cpp only.

#include <limits>
#include <span>
#include <string_view>

#include "base/utf8.h"
#include "tokenizers/unigram_output.h"

namespace onnxformers::tokenizers {

/// A word that needs no normalizer, where it stands in a text.
struct UnigramPipeline::PlainWord {
  std::string_view text;
  std::size_t begin;    ///< its first byte
  std::uint32_t first;  ///< index of its first character
  Origin sign;          ///< of the sign before it
};

/// Searches words between spaces whose characters each become one character, whatever stands beside
/// them.
template <bool kWithOffsets>
class UnigramPipeline::PlainSearch {
 public:
  PlainSearch(const UnigramPipeline& pipeline, Output<kWithOffsets>& output, Scratch& scratch)
      : pipeline_(pipeline), model_(pipeline.model_), output_(output), scratch_(scratch) {}

  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  /// Puts the tokens of a word; gives where it ends, or kNone if it is not plain: then it puts
  /// none.
  std::size_t run(const PlainWord& word) {
    word_ = word;
    const std::size_t end = read();
    if (end != kNone) {
      found_.clear();
      next_run_ = {.character = 1, .byte = word.begin};
      model_.segment(std::span(scratch_.plain_codes).first(characters_), scratch_.search,
                     [&](const Unigram::Part& part) { put(part); });
    }
    return end;
  }

  /// Characters of the last word, with its sign.
  [[nodiscard]] std::uint32_t characters() const { return characters_; }

  /// The tokens of the last word, or null if they are not those of its bytes anywhere: what a token
  /// shows has to stand in the word.
  const KnownWords::Tokens* found() {
    return !found_.any_text || find_byte_ends() ? &found_ : nullptr;
  }

 private:
  /// Reads the characters of the word and its sign; gives where it ends, or kNone as run() does.
  std::size_t read() {
    const std::string_view text = word_.text;
    Characters characters(scratch_, pipeline_.sign_code_);
    std::size_t i = word_.begin;
    const auto end_at = [&](std::size_t end) {
      characters_ = characters.end(end - word_.begin);
      return end;
    };
    bool is_patterned = false;  // the character before
    while (i < text.size()) {
      const auto byte = static_cast<unsigned char>(text[i]);
      const Effect effect = pipeline_.effects_[byte];
      if (effect == Effect::Space) {
        return i > word_.begin && pipeline_.is_cut_at(text, i + 1) ? end_at(i) : kNone;
      }
      PieceTrie::Code code = pipeline_.ascii_codes_[byte % 0x80];
      bool is_rewritten = pipeline_.rewrites_ascii_;
      std::size_t length = 1;
      if (effect == Effect::Letter) {
        is_patterned = false;
      } else {
        const utf8::Decoded character = utf8::decode_valid(text, i);
        length = character.length;
        const CharacterMap::Mapped mapped = pipeline_.characters_.map(character.code);
        if (mapped.is_patterned && is_patterned) {
          return kNone;
        }
        if (mapped.kind != CharacterMap::Kind::Letter) {
          const bool ends = i > word_.begin && mapped.kind == CharacterMap::Kind::Space &&
                            !mapped.is_patterned && pipeline_.is_cut_at(text, i + length);
          return ends ? end_at(i) : kNone;
        }
        code = mapped.code;
        is_rewritten = mapped.character != character.code;
        is_patterned = mapped.is_patterned;
      }
      characters.add(code, i - word_.begin, is_rewritten);
      i += length;
    }
    return end_at(i);
  }

  /// The codes of a word that is read and, with offsets, the place of each: the byte of the word
  /// where it begins and, above it, how many before it are rewritten.
  class Characters {
   public:
    Characters(Scratch& scratch, PieceTrie::Code sign) : scratch_(scratch) {
      look();
      make_room();
      codes_[0] = sign;
    }

    void add(PieceTrie::Code code, std::size_t byte, bool is_rewritten) {
      make_room();
      codes_[count_] = code;
      if constexpr (kWithOffsets) {
        places_[count_] = rewritten_ | byte;
        rewritten_ += is_rewritten ? kRewritten : 0;
      }
      ++count_;
    }

    /// Gives how many there are.
    std::uint32_t end(std::size_t byte) {
      if constexpr (kWithOffsets) {
        places_[count_] = rewritten_ | byte;
      }
      return static_cast<std::uint32_t>(count_);
    }

   private:
    /// For one and the end.
    void make_room() {
      if (count_ + 1 >= room_) [[unlikely]] {
        scratch_.grow_plain(kWithOffsets);
        look();
      }
    }
    void look() {
      codes_ = scratch_.plain_codes.data();
      places_ = scratch_.plain_places.data();
      room_ = kWithOffsets ? scratch_.plain_places.size() : scratch_.plain_codes.size();
    }

    Scratch& scratch_;
    PieceTrie::Code* codes_ = nullptr;
    std::uint64_t* places_ = nullptr;
    std::size_t room_ = 0;
    std::size_t count_ = 1;  // with the sign, whose place says nothing
    std::uint64_t rewritten_ = 0;
  };
  static constexpr std::uint64_t kRewritten = std::uint64_t{1} << 32U;

  void put(const Unigram::Part& part) {
    if (!part.is_unknown) {
      put(part.id, false, part);
      return;
    }
    const std::span<const PieceTrie::Code> codes(scratch_.plain_codes);
    if (model_.is_foreign(codes.subspan(part.begin, part.end - part.begin))) {
      if constexpr (kWithOffsets) {
        output_.put_text(run_text(part.begin, part.end));
      }
      put(model_.unknown_id(), true, part);
      return;
    }
    const std::size_t before = found_.count;
    const std::string_view text = run_text(part.begin, part.end);
    model_.resolve(text, [&](std::uint32_t id, bool shows_text) {
      if (kWithOffsets && shows_text) {
        output_.put_text(text);
      }
      put(id, shows_text, part);
    });
    if (found_.count > before + 1) {
      found_.count = KnownWords::kMaxTokens + 1;  // several tokens of the same place
    }
  }

  void put(std::uint32_t id, bool shows_text, const Unigram::Part& part) {
    output_.put(id, span(part.begin, part.end));
    found_.add(id, part.end, shows_text);
  }

  /// Characters [begin, end) of the sign and the word, in the text.
  [[nodiscard]] CharacterSpan span(std::uint32_t begin, std::uint32_t end) const {
    return {
        .begin = begin == 0 ? origin_begin(word_.sign) : word_.first + begin - 1,
        .end = end == 1 ? origin_end(word_.sign) : word_.first + end - 1,
    };
  }

  /// Characters [begin, end) of the sign and the word, after normalisation.
  /// Called from left to right.
  std::string_view run_text(std::uint32_t begin, std::uint32_t end) {
    if constexpr (kWithOffsets) {
      const std::uint64_t size = scratch_.plain_places[end] - scratch_.plain_places[begin];
      if (begin != 0 && size < kRewritten) {
        return word_.text.substr(
            word_.begin + static_cast<std::uint32_t>(scratch_.plain_places[begin]), size);
      }
    }
    scratch_.run.clear();
    if (begin == 0) {
      utf8::append(scratch_.run, pipeline_.options_.characters.sign);
    }
    for (; next_run_.character < begin; ++next_run_.character) {
      next_run_.byte += utf8::decode_valid(word_.text, next_run_.byte).length;
    }
    for (; next_run_.character < end; ++next_run_.character) {
      const auto [code, length] = utf8::decode_valid(word_.text, next_run_.byte);
      utf8::append(scratch_.run, pipeline_.characters_.map(code).character);
      next_run_.byte += length;
    }
    return scratch_.run;
  }

  /// Fills found_.byte_ends. False if what a token shows does not stand in the word.
  bool find_byte_ends() {
    // The first token has the sign, which is not in the word.
    if (found_.count > KnownWords::kMaxTokens || found_.show_texts[0]) {
      return false;
    }
    std::size_t byte = word_.begin;
    std::uint32_t character = 1;
    for (std::size_t i = 0; i < found_.count; ++i) {
      for (; character < found_.ends[i]; ++character) {
        const auto [code, length] = utf8::decode_valid(word_.text, byte);
        if (found_.show_texts[i] && pipeline_.characters_.map(code).character != code) {
          return false;
        }
        byte += length;
      }
      found_.byte_ends[i] = static_cast<std::uint32_t>(byte - word_.begin);
    }
    return true;
  }

  /// How far run_text() has come: the next character and where it begins.
  struct Cursor {
    std::uint32_t character;
    std::size_t byte;
  };

  const UnigramPipeline& pipeline_;
  const Unigram& model_;
  Output<kWithOffsets>& output_;
  Scratch& scratch_;
  PlainWord word_{};
  Cursor next_run_{};
  std::uint32_t characters_ = 0;
  KnownWords::Tokens found_;
};

}  // namespace onnxformers::tokenizers
