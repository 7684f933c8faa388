#pragma once

// The words of UnigramPipeline that need no normalizer; included by
// unigram_pipeline.cpp only.

#include <algorithm>
#include <bit>
#include <limits>
#include <string_view>

#include "base/utf8.h"
#include "tokenizers/unigram_output.h"
#include "tokenizers/word_bytes.h"

namespace onnxformers::tokenizers {

/// Words between spaces whose characters each become one character, whatever
/// stands beside them: their bytes decide about their tokens, so they are kept
/// under them.
template <bool kWithOffsets>
class UnigramPipeline::PlainWords {
 public:
  PlainWords(const UnigramPipeline& pipeline, Output<kWithOffsets>& output, Scratch& scratch)
      : pipeline_(pipeline), model_(pipeline.model_), output_(output), scratch_(scratch) {}

  /// Bytes and characters of a word; none if it is not plain.
  struct Extent {
    std::size_t bytes;
    std::uint32_t characters;  ///< with offsets only; else as many as bytes
  };

  /// Takes the word that begins at a byte of the text.
  /// @param first index of its first character. @param sign origin of its sign.
  Extent take(std::string_view text, std::size_t begin, std::uint32_t first, Origin sign) {
    ShortWord word;
    const std::size_t size = WordBytes::load(text, begin, word);
    text_ = text;
    begin_ = begin;
    first_ = first;
    sign_ = sign;
    next_run_ = {.character = 1, .byte = begin};
    if (size == 0) {
      return {.bytes = 0, .characters = 0};
    }
    if (size > ShortWord::kMaxBytes) {
      return take_long(size);
    }
    if (!ends_at(begin + size)) {
      return search(nullptr, 0);
    }
    const WordCache::Entry* const entry = scratch_.known.find(word, pipeline_.serial_);
    return entry != nullptr ? put(*entry, size) : search(&word, size);
  }

 private:
  static constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

  /// Whether the word is cut off from what begins at a byte.
  [[nodiscard]] bool ends_at(std::size_t end) const {
    return end == text_.size() || (pipeline_.effect_at(text_, end) == Effect::Space &&
                                   pipeline_.is_cut_at(text_, end + 1));
  }

  // -- Words met before
  // -------------------------------------------------------------------------

  Extent put(const WordCache::Entry& entry, std::size_t size) {
    if constexpr (kWithOffsets) {
      for (unsigned rest = entry.unknown; rest != 0; rest &= rest - 1) {
        const auto token = static_cast<unsigned>(std::countr_zero(rest));
        output_.put_text(output_.size() + token,
                         run_text(token == 0 ? 0U : entry.ends[token - 1], entry.ends[token]));
      }
    }
    output_.put_known(entry, first_, sign_);
    return extent(size, entry.ends[entry.count - 1]);
  }

  Extent take_long(std::size_t size) {
    size = WordBytes::size(text_, begin_, size, KnownWords::kMaxBytes);
    if (size > KnownWords::kMaxBytes || !ends_at(begin_ + size)) {
      return search(nullptr, 0);
    }
    const auto known = scratch_.known.find(text_.substr(begin_, size), pipeline_.serial_);
    return known.empty() ? search(nullptr, size) : put(known, size);
  }

  Extent put(std::span<const std::uint32_t> known, std::size_t size) {
    const auto ids = known.first(known.size() / 2);
    const auto ends = known.subspan(ids.size());
    std::uint32_t begin = 0;
    output_.make_room(ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::uint32_t end = ends[i] & ~KnownWords::kUnknown;
      if (kWithOffsets && ends[i] != end) {
        output_.put_text(run_text(begin, end));
      }
      output_.put(ids[i], span(begin, end));
      begin = end;
    }
    return extent(size, begin);
  }

  /// @param end of the last token.
  static Extent extent(std::size_t bytes, std::uint32_t end) {
    return {.bytes = bytes,
            .characters = kWithOffsets ? end - 1 : static_cast<std::uint32_t>(bytes)};
  }

  /// Characters [begin, end) of the word and its sign, in the text.
  [[nodiscard]] CharacterSpan span(std::uint32_t begin, std::uint32_t end) const {
    return {.begin = begin == 0 ? origin_begin(sign_) : first_ + begin - 1,
            .end = end == 1 ? origin_end(sign_) : first_ + end - 1};
  }

  // -- Words met the first time
  // -----------------------------------------------------------------

  /// @param word, size to keep it under; null for a long one, 0 if it is not
  /// kept.
  Extent search(const ShortWord* word, std::size_t size) {
    const std::size_t end = read_codes();
    if (end == kNone) {
      scratch_.codes.clear();
      return {.bytes = 0, .characters = 0};
    }
    found_.count = 0;
    model_.segment(scratch_.codes, scratch_.search, [&](const Unigram::Part& part) { put(part); });
    const auto characters = static_cast<std::uint32_t>(scratch_.codes.size());
    scratch_.codes.clear();
    if (end - begin_ == size) {  // else it ended before
      if (word != nullptr) {
        scratch_.known.keep(*word, pipeline_.serial_, found_);
      } else {
        scratch_.known.keep(text_.substr(begin_, size), pipeline_.serial_, found_);
      }
    }
    return extent(end - begin_, characters);
  }

  /// Reads the codes of the word and its sign; gives where it ends, or kNone if
  /// it is not plain.
  std::size_t read_codes() {
    scratch_.codes.assign(1, pipeline_.sign_code_);
    std::size_t i = begin_;
    bool is_patterned = false;  // the character before
    while (i < text_.size()) {
      const auto byte = static_cast<unsigned char>(text_[i]);
      const Effect effect = pipeline_.effects_[byte];
      if (effect == Effect::Space) {
        return pipeline_.is_cut_at(text_, i + 1) ? i : kNone;
      }
      if (effect == Effect::Letter) {
        scratch_.codes.push_back(pipeline_.ascii_codes_[byte]);
        is_patterned = false;
        ++i;
        continue;
      }
      const auto [code, length] = utf8::decode_valid(text_, i);
      const CharacterMap::Mapped mapped = pipeline_.characters_.map(code);
      if (mapped.is_patterned && is_patterned) {
        return kNone;
      }
      if (mapped.kind != CharacterMap::Kind::Letter) {
        const bool ends = i > begin_ && mapped.kind == CharacterMap::Kind::Space &&
                          !mapped.is_patterned && pipeline_.is_cut_at(text_, i + length);
        return ends ? i : kNone;
      }
      scratch_.codes.push_back(mapped.code);
      is_patterned = mapped.is_patterned;
      i += length;
    }
    return i;
  }

  void put(const Unigram::Part& part) {
    if (!part.is_unknown) {
      put(part.id, false, part);
      return;
    }
    if (model_.is_foreign(std::span(scratch_.codes).subspan(part.begin, part.end - part.begin))) {
      if constexpr (kWithOffsets) {
        output_.put_text(run_text(part.begin, part.end));
      }
      put(model_.unknown_id(), true, part);
      return;
    }
    const std::size_t before = found_.count;
    const std::string& text = run_text(part.begin, part.end);
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

  /// Characters [begin, end) of the word and its sign, after normalisation.
  /// Called from left to right.
  const std::string& run_text(std::uint32_t begin, std::uint32_t end) {
    scratch_.run.clear();
    if (begin == 0) {
      utf8::append(scratch_.run, pipeline_.options_.characters.sign);
    }
    for (; next_run_.character < begin; ++next_run_.character) {
      next_run_.byte += utf8::decode_valid(text_, next_run_.byte).length;
    }
    std::size_t same = next_run_.byte;  // where what is not rewritten begins
    const auto append_same = [&] { scratch_.run.append(text_, same, next_run_.byte - same); };
    for (; next_run_.character < end; ++next_run_.character) {
      const auto [code, length] = utf8::decode_valid(text_, next_run_.byte);
      const char32_t character = pipeline_.characters_.map(code).character;
      if (character != code) {
        append_same();
        utf8::append(scratch_.run, character);
        same = next_run_.byte + length;
      }
      next_run_.byte += length;
    }
    append_same();
    return scratch_.run;
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
  std::string_view text_;
  std::size_t begin_ = 0;
  std::uint32_t first_ = 0;
  Origin sign_ = 0;
  Cursor next_run_{};
  KnownWords::Tokens found_;  // of the word that is searched
};

}  // namespace onnxformers::tokenizers
