#pragma once

// Buffers of UnigramPipeline, and where its tokens go; included by
// unigram_pipeline.cpp only.

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/unigram_known_words.h"
#include "tokenizers/unigram_pipeline.h"

namespace onnxformers::tokenizers {

/// Buffers of a thread, kept from text to text.
struct UnigramPipeline::Scratch {
  KnownWords known;
  UnigramSearch search;
  NormalizedText stretch;
  std::vector<PieceTrie::Code> codes;  // of the word being read, with its sign
  std::vector<char32_t> characters;    // likewise
  std::vector<Origin> origins;         // likewise; only with offsets
  std::string run;
  void shrink() {
    constexpr std::size_t kKept = std::size_t{1} << 16U;
    if (codes.capacity() > kKept) {
      codes = {};
      characters = {};
      origins = {};
      search.shrink();
    }
    stretch.shrink();
  }
};

/// The tokens of a text: some wait, as appending many at once is cheaper.
/// Without offsets only ids are written, and nothing else is kept track of.
template <bool kWithOffsets>
class UnigramPipeline::Output {
 public:
  struct Target {
    std::vector<std::uint32_t>* ids;
    Tokens* tokens;
    std::uint32_t* next_word;
  };

  explicit Output(const Target& target)
      : target_(target),
        ids_before_(target.ids->size()),
        texts_before_(kWithOffsets ? target.tokens->texts.size() : 0),
        next_word_(kWithOffsets ? *target.next_word : 0) {}

  [[nodiscard]] std::size_t size() const { return target_.ids->size() + waiting_; }

  /// Room for so many more, at most kMostAtOnce, without another look.
  void make_room(std::size_t count) {
    if (waiting_ + count > kMostWaiting) {
      flush();
    }
  }

  void put(std::uint32_t id, CharacterSpan span) {
    make_room(1);
    ids_[waiting_] = id;
    if constexpr (kWithOffsets) {
      spans_[waiting_] = span;
      words_[waiting_] = next_word_;
    }
    ++waiting_;
  }

  /// Puts the tokens of a word met before. @param first index of its first
  /// character.
  void put_known(const WordCache::Entry& entry, std::uint32_t first, Origin sign) {
    // All places of the entry are written, in use or not: without a loop that
    // nobody could predict.
    make_room(WordCache::kMaxTokens);
    std::copy_n(entry.ids.data(), WordCache::kMaxTokens, ids_.data() + waiting_);
    if constexpr (kWithOffsets) {
      CharacterSpan* const spans = spans_.data() + waiting_;
      std::uint32_t begin = first - 1;
      for (std::size_t i = 0; i < WordCache::kMaxTokens; ++i) {
        const std::uint32_t end = first - 1 + entry.ends[i];
        spans[i] = {.begin = begin, .end = end};
        begin = end;
      }
      std::fill_n(words_.data() + waiting_, WordCache::kMaxTokens, next_word_);
      set_sign(spans[0], first, sign);
    }
    waiting_ += entry.count;
  }

  /// The same where ids and ends come one after the other.
  void put_known(std::span<const std::uint32_t> ids, const std::uint32_t* ends, std::uint32_t first,
                 Origin sign) {
    make_room(ids.size());
    std::ranges::copy(ids, ids_.data() + waiting_);
    if constexpr (kWithOffsets) {
      CharacterSpan* const spans = spans_.data() + waiting_;
      std::uint32_t begin = first - 1;
      for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::uint32_t end = first - 1 + ends[i];
        spans[i] = {.begin = begin, .end = end};
        begin = end;
      }
      std::fill_n(words_.data() + waiting_, ids.size(), next_word_);
      set_sign(spans[0], first, sign);
    }
    waiting_ += ids.size();
  }

  /// Gives the token that is put next a text of its own.
  void put_text(std::string_view text) { put_text(size(), text); }
  void put_text(std::size_t token, std::string_view text) {
    target_.tokens->texts.add(token, text);
  }

  void end_word() { ++next_word_; }

  void finish() {
    flush();
    if constexpr (kWithOffsets) {
      *target_.next_word = next_word_;
    }
  }

  /// Takes back what was written.
  void undo() {
    waiting_ = 0;
    target_.ids->resize(ids_before_);
    if constexpr (kWithOffsets) {
      target_.tokens->cut({.tokens = ids_before_, .texts = texts_before_});
    }
  }

 private:
  static constexpr std::size_t kMostWaiting = 256;

  /// Of the first token of a word, whose first character is the sign.
  static void set_sign(CharacterSpan& span, std::uint32_t first, Origin sign) {
    span.begin = origin_begin(sign);
    span.end = span.end == first ? origin_end(sign) : span.end;
  }

  void flush() {
    const auto append = [this](auto& to, const auto& from) {
      to.insert(to.end(), from.data(), from.data() + waiting_);
    };
    append(*target_.ids, ids_);
    if constexpr (kWithOffsets) {
      append(target_.tokens->spans, spans_);
      append(target_.tokens->words, words_);
    }
    waiting_ = 0;
  }

  Target target_;
  std::size_t ids_before_;
  std::size_t texts_before_;
  std::uint32_t next_word_;
  std::size_t waiting_ = 0;
  // Written before they are read.
  std::array<std::uint32_t, kMostWaiting> ids_;
  std::array<CharacterSpan, kMostWaiting> spans_;
  std::array<std::uint32_t, kMostWaiting> words_;
};

}  // namespace onnxformers::tokenizers
