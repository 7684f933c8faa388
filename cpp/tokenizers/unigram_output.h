#pragma once

// Buffers of UnigramPipeline, and where its tokens go; included by
// unigram_pipeline.cpp only.

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#ifdef __SSE4_1__
#include <smmintrin.h>
#endif

#include "tokenizers/token_buffer.h"
#include "tokenizers/unigram_known_words.h"
#include "tokenizers/unigram_pipeline.h"

namespace onnxformers::tokenizers {

/// Buffers of a thread, kept from text to text.
struct UnigramPipeline::Scratch {
  KnownWords known;
  UnigramSearch search;
  NormalizedText stretch;
  std::vector<PieceTrie::Code> codes;        // of the word being read, with its sign
  std::vector<char32_t> characters;          // likewise
  std::vector<Origin> origins;               // likewise; only with offsets
  std::vector<PieceTrie::Code> plain_codes;  // of a plain one; as long as there was need of
  std::vector<std::uint64_t> plain_places;   // likewise; only with offsets
  std::string run;

  /// Makes room for a longer plain word.
  void grow_plain(bool with_offsets) {
    plain_codes.resize(plain_codes.size() + (plain_codes.size() / 2) + 64);
    if (with_offsets) {
      plain_places.resize(plain_codes.size());
    }
  }

  void shrink() {
    constexpr std::size_t kKept = std::size_t{1} << 16U;
    if (plain_codes.size() > kKept) {
      plain_codes = {};
      plain_places = {};
      search.shrink();
    }
    if (codes.capacity() > kKept) {
      codes = {};
      characters = {};
      origins = {};
      search.shrink();
    }
    stretch.shrink();
  }
};

/// The tokens of a text.
template <bool kWithOffsets>
class UnigramPipeline::Output : public TokenBuffer<kWithOffsets> {
 public:
  using TokenBuffer<kWithOffsets>::TokenBuffer;

  /// Puts the tokens of a word met before. @param first index of its first
  /// character.
  void put_known(const WordCache::Entry& entry, std::uint32_t first, Origin sign) {
    // All places of the entry are written, in use or not: without a loop that
    // nobody could predict.
    const auto written = this->add(WordCache::kMaxTokens);
    std::copy_n(entry.ids.data(), WordCache::kMaxTokens, written.ids);
    if constexpr (kWithOffsets) {
      write_spans(entry.ends, first - 1, written.spans);
      std::fill_n(written.words, WordCache::kMaxTokens, this->word());
      set_sign(written.spans[0], first, sign);
    }
    this->take_back(WordCache::kMaxTokens - entry.count);
  }

  /// @param end_of gives where token i ends, in characters.
  template <typename EndOf>
  void put_known(std::span<const std::uint32_t> ids, EndOf end_of, std::uint32_t first,
                 Origin sign) {
    const auto written = this->add(ids.size());
    std::copy_n(ids.data(), ids.size(), written.ids);
    if constexpr (kWithOffsets) {
      std::uint32_t begin = first - 1;
      for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::uint32_t end = first - 1 + end_of(i);
        written.spans[i] = {.begin = begin, .end = end};
        begin = end;
      }
      std::fill_n(written.words, ids.size(), this->word());
      set_sign(written.spans[0], first, sign);
    }
  }

  /// Gives the token that is put next a text of its own.
  void put_text(std::string_view text) { put_text(this->size(), text); }
  void put_text(std::size_t token, std::string_view text) { this->texts().add(token, text); }

 private:
  using Ends = std::array<std::uint8_t, WordCache::kMaxTokens>;

  /// Writes where tokens are that follow each other.
  static void write_spans(const Ends& ends, std::uint32_t first, CharacterSpan* spans) {
#ifdef __SSE4_1__
    const __m128i end = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(ends.data()));
    __m128i pairs = _mm_unpacklo_epi8(_mm_slli_epi64(end, 8), end);
    for (std::size_t i = 0; i < ends.size(); i += 2) {
      _mm_storeu_si128(
          reinterpret_cast<__m128i*>(spans + i),
          _mm_add_epi32(_mm_cvtepu8_epi32(pairs), _mm_set1_epi32(static_cast<int>(first))));
      pairs = _mm_srli_si128(pairs, 4);
    }
#else
    std::uint32_t begin = first;
    for (std::size_t i = 0; i < ends.size(); ++i) {
      spans[i] = {.begin = begin, .end = first + ends[i]};
      begin = spans[i].end;
    }
#endif
  }

  /// Of the first token of a word, whose first character is the sign.
  static void set_sign(CharacterSpan& span, std::uint32_t first, Origin sign) {
    span.begin = origin_begin(sign);
    span.end = span.end == first ? origin_end(sign) : span.end;
  }
};

}  // namespace onnxformers::tokenizers
