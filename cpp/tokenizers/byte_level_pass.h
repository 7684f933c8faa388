#pragma once

// The loop of ByteLevelPipeline; included by byte_level_pipeline.cpp only.

#include "tokenizers/byte_level_pipeline.h"
#include "tokenizers/piece_cache.h"
#include "tokenizers/scanners/runs.h"

namespace onnxformers::tokenizers {

/// One pass over one text. Without offsets only ids are written.
template <typename Pattern, bool kWithOffsets>
class ByteLevelPipeline::Pass {
 public:
  struct Output {
    std::vector<std::uint32_t>* ids;
    std::vector<CharacterSpan>* spans;
    std::vector<std::uint32_t>* words;
    std::uint32_t* next_word;
  };

  Pass(const ByteLevelPipeline& pipeline, std::string_view text, std::uint32_t first_character,
       const Output& output)
      : pipeline_(pipeline), text_(text), character_(first_character), output_(output) {}

  /// False where the stages have to look.
  [[nodiscard]] bool run(std::size_t limit) {
    const scanners::Runs runs(pipeline_.classes_, text_);
    for (std::size_t begin = 0; begin < text_.size() && output_.ids->size() < limit;) {
      const std::size_t end = Pattern::next(runs, begin).end;
      put_piece(begin, end);
      begin = end;
    }
    return !is_stuck_;
  }

 private:
  void put_piece(std::size_t begin, std::size_t end) {
    const std::string_view piece = text_.substr(begin, end - begin);
    if (ShortPiece::fits(piece)) {
      const ShortPiece word = ShortPiece::load(piece, text_.size() - begin);
      const std::uint64_t hash = pipeline_.pieces_.hash(word);
      const std::uint32_t whole = pipeline_.pieces_.find(word, hash);
      if (whole != PieceTable::kNone) [[likely]] {
        output_.ids->push_back(whole);
        if constexpr (kWithOffsets) {
          put_whole_span(begins(word, piece.size()));
        }
      } else {
        put_short(piece, word, hash);
      }
    } else {
      put_long(piece);
    }
    if constexpr (kWithOffsets) {
      ++*output_.next_word;
    }
  }

  void put_short(std::string_view piece, const ShortPiece& word, std::uint64_t hash) {
    std::vector<std::uint32_t>& ids = *output_.ids;
    const std::size_t before = ids.size();
    PieceCache::Entry& entry = cache_.at(hash);
    if (entry.is_of(pipeline_.number_, word)) {
      const auto first = entry.ids.begin();
      ids.insert(ids.end(), first, first + entry.count);
    } else {
      merge(piece);
      const auto tokens = std::span(ids).subspan(before);
      if (tokens.size() <= PieceCache::kMaxTokens) {
        entry.set(pipeline_.number_, word, tokens);
      }
    }
    put_spans(before, piece);
  }

  void put_long(std::string_view piece) {
    std::vector<std::uint32_t>& ids = *output_.ids;
    const std::size_t before = ids.size();
    if (piece.size() > std::max(LongPieceCache::kMaxBytes, pipeline_.pieces_.longest())) {
      merge(piece);
      put_spans(before, piece);
      return;
    }
    const std::uint64_t hash = pipeline_.pieces_.hash_long(piece);
    const std::uint32_t whole = pipeline_.pieces_.find_long(piece, hash);
    if (whole != PieceTable::kNone) {
      ids.push_back(whole);
    } else if (piece.size() > LongPieceCache::kMaxBytes) {
      merge(piece);
    } else {
      const auto found = long_cache_.find(pipeline_.number_, piece, hash);
      ids.insert(ids.end(), found.begin(), found.end());
      if (found.empty()) {
        merge(piece);
        long_cache_.add(pipeline_.number_, piece, hash, std::span(ids).subspan(before));
      }
    }
    put_spans(before, piece);
  }

  void merge(std::string_view piece) {
    is_stuck_ |= pipeline_.backtracker_.append_ids(piece, 0, *output_.ids) != piece.size();
  }

  /// How many of its bytes do not merely go on with a character.
  [[nodiscard]] static std::uint32_t begins(const ShortPiece& piece, std::size_t size) noexcept {
    constexpr std::uint64_t kHigh = 0x8080808080808080ULL;
    const std::uint64_t high = piece.high;
    return static_cast<std::uint32_t>(size) -
           static_cast<std::uint32_t>(std::popcount(piece.low & ~(piece.low << 1U) & kHigh) +
                                      std::popcount(high & ~(high << 1U) & kHigh));
  }

  void put_whole_span(std::uint32_t characters) {
    output_.spans->push_back({.begin = character_, .end = character_ + characters});
    output_.words->push_back(*output_.next_word);
    character_ += characters;
  }

  /// The spans of the ids from `before` on, which are those of a piece. Tokens may begin and end
  /// within a character: they get the whole of it.
  void put_spans(std::size_t before, std::string_view piece) {
    if constexpr (kWithOffsets) {
      const std::vector<std::uint32_t>& ids = *output_.ids;
      std::size_t begin = 0;
      for (std::size_t i = before; i < ids.size(); ++i) {
        const std::size_t end =
            i + 1 == ids.size() ? piece.size() : begin + pipeline_.backtracker_.length(ids[i]);
        const std::uint32_t first = character_ - (continues(piece[begin]) ? 1 : 0);
        for (; begin < end; ++begin) {
          character_ += continues(piece[begin]) ? 0 : 1;
        }
        output_.spans->push_back({.begin = first, .end = character_});
        output_.words->push_back(*output_.next_word);
      }
    }
  }

  [[nodiscard]] static bool continues(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
  }

  const ByteLevelPipeline& pipeline_;
  std::string_view text_;
  std::uint32_t character_;  // index of the next one to begin
  Output output_;
  PieceCache& cache_ = PieceCache::get();
  LongPieceCache& long_cache_ = LongPieceCache::get();
  bool is_stuck_ = false;  // the tables are at odds with each other
};

}  // namespace onnxformers::tokenizers
