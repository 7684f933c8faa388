#pragma once

// The words of UnigramPipeline that need no normalizer; included by
// unigram_pipeline.cpp only.

#include <bit>
#include <span>
#include <string_view>

#include "base/utf8.h"
#include "tokenizers/inline.h"
#include "tokenizers/unigram_plain_search.h"
#include "tokenizers/word_bytes.h"

namespace onnxformers::tokenizers {

/// Plain words decide by their bytes about their tokens, so they are kept under
/// them.
template <bool kWithOffsets>
class UnigramPipeline::PlainWords {
 public:
  PlainWords(const UnigramPipeline& pipeline, Output<kWithOffsets>& output, Scratch& scratch)
      : pipeline_(pipeline),
        output_(output),
        known_(scratch.known),
        search_(pipeline, output, scratch) {}

  /// Bytes and characters of a word; none if it is not plain.
  struct Extent {
    std::size_t bytes;
    std::uint32_t characters;  ///< with offsets only; else as many as bytes
  };

  /// Takes the word that begins at a byte of the text.
  ONNXFORMERS_INLINE Extent take(const PlainWord& word) {
    ShortWord bytes;
    const std::size_t size = WordBytes::load(word.text, word.begin, bytes);
    if (size == 0) {
      return {.bytes = 0, .characters = 0};
    }
    if (size > ShortWord::kMaxBytes) {
      return take_long(word, size);
    }
    if (!ends_at(word.text, word.begin + size)) {
      return search(word, nullptr, 0);
    }
    const WordCache::Entry* const entry = known_.find(bytes, pipeline_.serial_);
    return entry != nullptr ? put(word, *entry, size) : search(word, &bytes, size);
  }

 private:
  /// Whether a word is cut off from what begins at a byte.
  [[nodiscard]] bool ends_at(std::string_view text, std::size_t end) const {
    return end == text.size() ||
           (pipeline_.effect_at(text, end) == Effect::Space && pipeline_.is_cut_at(text, end + 1));
  }

  Extent take_long(const PlainWord& word, std::size_t size) {
    size = WordBytes::size(word.text, word.begin, size, KnownWords::kMaxBytes);
    if (size > KnownWords::kMaxBytes || !ends_at(word.text, word.begin + size)) {
      return search(word, nullptr, 0);
    }
    const auto known = known_.find(word.text.substr(word.begin, size), pipeline_.serial_);
    return known.empty() ? search(word, nullptr, size) : put(word, known, size);
  }

  /// @param bytes, size to keep it under; null for a long one, 0 if it is not
  /// kept.
  Extent search(const PlainWord& word, const ShortWord* bytes, std::size_t size) {
    const std::size_t end = search_.run(word);
    if (end == search_.kNone) {
      return {.bytes = 0, .characters = 0};
    }
    if (end - word.begin == size) {  // else it ended before
      keep(word, bytes, size);
    }
    return extent(end - word.begin, search_.characters());
  }

  void keep(const PlainWord& word, const ShortWord* bytes, std::size_t size) {
    const std::string_view text = word.text.substr(word.begin, size);
    if (bytes == nullptr && !known_.is_second(text)) {
      return;
    }
    const KnownWords::Tokens* const found = search_.found();
    if (found == nullptr) {
      return;
    }
    if (bytes != nullptr) {
      known_.keep(*bytes, pipeline_.serial_, *found);
    } else {
      known_.keep(text, pipeline_.serial_, *found);
    }
  }

  ONNXFORMERS_INLINE Extent put(const PlainWord& word, const WordCache::Entry& entry,
                                std::size_t size) {
    if constexpr (kWithOffsets) {
      if (entry.unknown != 0) {
        put_texts(word, entry);
      }
    }
    output_.put_known(entry, word.first, word.sign);
    return extent(size, entry.ends[entry.count - 1]);
  }

  void put_texts(const PlainWord& word, const WordCache::Entry& entry) {
    std::size_t byte = word.begin;
    std::uint32_t character = 1;
    const auto byte_of = [&](std::uint32_t wanted) {
      for (; character < wanted; ++character) {
        byte += utf8::decode_valid(word.text, byte).length;
      }
      return byte;
    };
    for (unsigned rest = entry.unknown; rest != 0; rest &= rest - 1) {
      const auto token = static_cast<unsigned>(std::countr_zero(rest));
      const std::size_t begin = byte_of(entry.ends[token - 1]);  // the first one shows no text
      output_.put_text(output_.size() + token,
                       word.text.substr(begin, byte_of(entry.ends[token]) - begin));
    }
  }

  Extent put(const PlainWord& word, std::span<const std::uint32_t> known, std::size_t size) {
    const auto ids = known.first(known.size() / 2);
    const auto ends = known.subspan(ids.size());
    if constexpr (kWithOffsets) {
      std::uint32_t begin = 0;
      for (std::size_t i = 0; i < ids.size(); ++i) {
        const KnownWords::End end(ends[i]);
        if (end.shows_text()) {
          output_.put_text(output_.size() + i,
                           word.text.substr(word.begin + begin, end.byte() - begin));
        }
        begin = end.byte();
      }
    }
    const auto end_of = [&](std::size_t i) { return KnownWords::End(ends[i]).character(); };
    output_.put_known(ids, end_of, word.first, word.sign);
    return extent(size, end_of(ids.size() - 1));
  }

  /// @param end of the last token.
  static Extent extent(std::size_t bytes, std::uint32_t end) {
    return {
        .bytes = bytes,
        .characters = kWithOffsets ? end - 1 : static_cast<std::uint32_t>(bytes),
    };
  }

  const UnigramPipeline& pipeline_;
  Output<kWithOffsets>& output_;
  KnownWords& known_;
  PlainSearch<kWithOffsets> search_;
};

}  // namespace onnxformers::tokenizers
