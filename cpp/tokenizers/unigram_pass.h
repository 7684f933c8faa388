#pragma once

// The loop of UnigramPipeline; included by unigram_pipeline.cpp only.

#include <string_view>

#include "base/utf8.h"
#include "tokenizers/inline.h"
#include "tokenizers/unigram_ends.h"
#include "tokenizers/unigram_plain_words.h"
#include "tokenizers/unigram_words.h"

namespace onnxformers::tokenizers {

/// One pass over one text.
template <bool kWithOffsets>
class UnigramPipeline::Pass {
 public:
  Pass(const UnigramPipeline& pipeline, const Input& input,
       const typename Output<kWithOffsets>::Target& target, Scratch& scratch)
      : pipeline_(pipeline),
        input_(input),
        scratch_(scratch),
        output_(target),
        words_(pipeline, output_, scratch),
        plain_words_(pipeline, output_, scratch) {}

  bool run() {
    Ends ends(pipeline_, input_);
    if (!ends.strip()) {
      return false;
    }
    text_ = ends.text();
    character_ = ends.character();
    std::size_t i = ends.begin();
    while (i < text_.size() && !is_full()) {
      if (words_.is_at_first_letter() && take_plain_word(i)) {
        continue;
      }
      if (pipeline_.effect_at(text_, i) == Effect::Space && pipeline_.is_cut_at(text_, i + 1)) {
        take_spaces(i);
      } else if (!read_mixed(i)) {
        output_.undo();
        return false;
      }
    }
    if (!is_full()) {
      words_.flush();
    }
    output_.finish();
    return true;
  }

 private:
  using Kind = CharacterMap::Kind;
  using Mapped = CharacterMap::Mapped;

  [[nodiscard]] bool is_full() const { return output_.size() >= input_.limit; }

  ONNXFORMERS_INLINE bool take_plain_word(std::size_t& i) {
    const std::uint32_t first = character_at(i);
    const auto taken = plain_words_.take(
        {.text = text_, .begin = i, .first = first, .sign = words_.sign_origin(first)});
    if (taken.bytes == 0) {
      return false;
    }
    words_.pass_word();
    i += taken.bytes;
    character_ -= static_cast<std::uint32_t>(taken.bytes) - taken.characters;
    return true;
  }

  /// Takes the space at byte i and, where they are dropped, others behind it.
  void take_spaces(std::size_t& i) {
    words_.take_space(character_at(i));
    ++i;
    while (pipeline_.options_.splits_at_whitespace && i < text_.size() &&
           pipeline_.effect_at(text_, i) == Effect::Space && pipeline_.is_cut_at(text_, i + 1)) {
      ++i;
    }
  }

  /// Index of the character at byte i: bytes that only continue a character do
  /// not count.
  [[nodiscard]] std::uint32_t character_at(std::size_t i) const {
    return character_ + static_cast<std::uint32_t>(i);
  }

  // -- What is not ASCII between spaces
  // ---------------------------------------------------------

  struct Character {
    char32_t code;
    std::uint8_t length;
    Mapped mapped;
  };

  /// The one at byte i; at the end of the text one that stands alone.
  [[nodiscard]] Character read(std::size_t i) const {
    if (i == text_.size()) {
      return {.code = 0, .length = 0, .mapped = {Kind::Drop, false, true, 0, 0}};
    }
    const auto [code, length] = utf8::decode_valid(text_, i);
    return {.code = code, .length = length, .mapped = pipeline_.characters_.map(code)};
  }

  /// Whether the text can be cut between two characters, and its parts be
  /// normalised alone.
  static bool is_cut(const Character& left, const Character& right) {
    return left.mapped.kind != Kind::Joined && right.mapped.kind != Kind::Joined &&
           !(left.mapped.is_patterned && right.mapped.is_patterned);
  }

  /// Reads from byte i on, up to a place where the loop over ASCII can go on.
  /// False if the stages have to do it.
  bool read_mixed(std::size_t& i) {
    const std::size_t start = i;
    Character here = read(i);
    while (i < text_.size() && !is_full()) {
      if (i != start && !words_.has_letters() &&
          (here.mapped.kind == Kind::Letter || here.mapped.kind == Kind::Space)) {
        return true;
      }
      const Character next = read(i + here.length);
      if (!is_cut(here, next)) {
        if (!read_stretch(i)) {
          return false;
        }
        here = read(i);
        continue;
      }
      if (!take(here, character_at(i))) {
        return false;
      }
      character_ -= here.length - 1U;
      i += here.length;
      here = next;
    }
    return true;
  }

  /// Normalises from byte i to the first place where the text can be cut.
  bool read_stretch(std::size_t& i) {
    const std::size_t begin = i;
    std::uint32_t characters = 0;
    bool ends = false;
    Character here = read(i);
    // What becomes nothing shifts the offsets of what stands before it, which
    // is not in the stretch.
    if (kWithOffsets && here.mapped.vanishes) {
      return false;
    }
    while (!ends) {
      i += here.length;
      ++characters;
      const Character next = read(i);
      ends = i == text_.size() || is_cut(here, next);
      here = next;
    }
    NormalizedText& stretch = scratch_.stretch;
    stretch.reset(text_.substr(begin, i - begin), character_at(begin), needs_origins());
    pipeline_.characters_.normalize(stretch);
    character_ -= static_cast<std::uint32_t>(i - begin) - characters;
    // What becomes nothing can shift the offsets of its neighbours.
    return !(kWithOffsets && stretch.text().empty()) && take_all(stretch);
  }

  bool take_all(const NormalizedText& text) {
    for (std::size_t i = 0; i < text.text().size();) {
      const auto [code, length] = utf8::decode_valid(text.text(), i);
      const Mapped mapped = pipeline_.characters_.classify(code);
      if (mapped.kind == Kind::Stages) {
        return false;
      }
      words_.take(mapped, text.origin_or_zero(i));
      i += length;
    }
    return true;
  }

  bool take(const Character& character, Origin origin) {
    switch (character.mapped.kind) {
      case Kind::Several:
        scratch_.run.clear();
        utf8::append(scratch_.run, character.code);
        scratch_.stretch.reset(scratch_.run, origin, needs_origins());
        pipeline_.characters_.normalize(scratch_.stretch);
        return take_all(scratch_.stretch);
      case Kind::Drop:
        return !kWithOffsets;
      case Kind::Joined:
      case Kind::Stages:
        return false;
      default:
        words_.take(character.mapped, origin);
        return true;
    }
  }

  [[nodiscard]] bool needs_origins() const {
    return kWithOffsets || pipeline_.options_.prepend == Prepend::First;
  }

  const UnigramPipeline& pipeline_;
  Input input_;
  std::string_view text_;        // without what is stripped at its end
  std::uint32_t character_ = 0;  // character_at() of byte 0, less what only continues characters
  Scratch& scratch_;
  Output<kWithOffsets> output_;
  Words<kWithOffsets> words_;
  PlainWords<kWithOffsets> plain_words_;
};

}  // namespace onnxformers::tokenizers
