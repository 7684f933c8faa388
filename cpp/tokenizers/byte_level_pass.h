#pragma once

// The loop of ByteLevelPipeline; included by byte_level_pipeline.cpp only.

#include <array>

#include "tokenizers/byte_level_pipeline.h"
#include "tokenizers/piece_cache.h"
#include "tokenizers/scanners/ascii_pieces.h"
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
      : pipeline_(pipeline),
        pieces_(pipeline.pieces_),
        text_(text),
        character_(first_character),
        output_(output),
        next_word_(*output.next_word) {}

  /// False where the stages have to look.
  [[nodiscard]] bool run(std::size_t limit) {
    const scanners::Runs runs(pipeline_.classes_, text_);
    while (at_ < text_.size() && output_.ids->size() + waiting_ < limit) {
      if (!put_window()) {
        put_next(runs);
      }
    }
    flush();
    *output_.next_word = next_word_;
    return !is_stuck_;
  }

 private:
  static constexpr std::size_t kMost = scanners::AsciiWindow::kSize;

  /// The pieces that a window of ASCII decides about: first all of them are found and the memory
  /// for them asked for, so that the waits overlap.
  [[nodiscard]] bool put_window() {
    if (!scanners::AsciiWindow::kIsThere || text_.size() - at_ < kMost + ShortPiece::kMaxBytes ||
        !scanners::AsciiWindow::is_worth_it(text_, at_)) {
      return false;
    }
    const scanners::AsciiWindow window(text_, at_);
    std::array<ShortPiece, kMost> pieces;     // NOLINT: written before it is read
    std::array<std::uint64_t, kMost> hashes;  // NOLINT: likewise
    const scanners::Bits ends = scanners::AsciiPieces<Pattern>::begins(window) & ~scanners::Bits{1};
    std::size_t count = 0;
    std::size_t begin = 0;
    scanners::for_each_bit(ends, [&](std::size_t end) {
      pieces[count] = ShortPiece::load(text_.data() + at_ + begin, end - begin);
      hashes[count] = pieces_.hash(pieces[count]);
      pieces_.prefetch(hashes[count]);
      begin = end;
      ++count;
    });
    const std::size_t first = at_;
    count = 0;
    scanners::for_each_bit(ends, [&](std::size_t end) {
      put_piece(first + end - at_, pieces[count], hashes[count]);
      ++count;
    });
    return count != 0;
  }

  void put_next(const scanners::Runs& runs) {
    const std::size_t size = Pattern::next(runs, at_).end - at_;
    const ShortPiece piece = text_.size() - at_ >= ShortPiece::kMaxBytes
                                 ? ShortPiece::load(text_.data() + at_, size)
                                 : ShortPiece::load(text_.substr(at_, size));
    put_piece(size, piece, pieces_.hash(piece));
  }

  /// The piece that begins at at_. @param short_form of its first bytes; what it is to be looked up
  /// by if it has such a form.
  void put_piece(std::size_t size, const ShortPiece& short_form, std::uint64_t hash) {
    const std::string_view piece(text_.data() + at_, size);
    at_ += size;
    if (ShortPiece::fits(piece)) [[likely]] {
      const std::uint32_t whole = pieces_.find(short_form, hash);
      if (whole != PieceTable::kNone) [[likely]] {
        put_whole(whole, kWithOffsets ? characters_of(short_form, size) : 0);
      } else {
        flush();
        put_short(piece, short_form, hash);
      }
    } else {
      flush();
      put_long(piece);
    }
    ++next_word_;
  }

  /// Waits for others, as appending many at once is cheaper.
  void put_whole(std::uint32_t id, std::uint32_t characters) {
    if (waiting_ == kMost) {
      flush();
    }
    ids_[waiting_] = id;
    if constexpr (kWithOffsets) {
      spans_[waiting_] = {.begin = character_, .end = character_ + characters};
      words_[waiting_] = next_word_;
      character_ += characters;
    }
    ++waiting_;
  }

  void flush() {
    const auto append = [this](auto& to, const auto& from) {
      to.insert(to.end(), from.begin(), from.begin() + waiting_);
    };
    append(*output_.ids, ids_);
    if constexpr (kWithOffsets) {
      append(*output_.spans, spans_);
      append(*output_.words, words_);
    }
    waiting_ = 0;
  }

  void put_short(std::string_view piece, const ShortPiece& short_form, std::uint64_t hash) {
    std::vector<std::uint32_t>& ids = *output_.ids;
    const std::size_t before = ids.size();
    PieceCache::Entry& entry = cache_.at(hash);
    if (entry.is_of(pipeline_.number_, short_form)) {
      const auto first = entry.ids.begin();
      ids.insert(ids.end(), first, first + entry.count);
    } else {
      merge(piece);
      const auto tokens = std::span(ids).subspan(before);
      if (tokens.size() <= PieceCache::kMaxTokens) {
        entry.set(pipeline_.number_, short_form, tokens);
      }
    }
    put_spans(before, piece);
  }

  void put_long(std::string_view piece) {
    std::vector<std::uint32_t>& ids = *output_.ids;
    const std::size_t before = ids.size();
    if (piece.size() > std::max(LongPieceCache::kMaxBytes, pieces_.longest())) {
      merge(piece);
      put_spans(before, piece);
      return;
    }
    const std::uint64_t hash = pieces_.hash_long(piece);
    const std::uint32_t whole = pieces_.find_long(piece, hash);
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
  [[nodiscard]] static std::uint32_t characters_of(const ShortPiece& piece,
                                                   std::size_t size) noexcept {
    constexpr std::uint64_t kHigh = 0x8080808080808080ULL;
    const std::uint64_t high = piece.high;
    return static_cast<std::uint32_t>(size) -
           static_cast<std::uint32_t>(std::popcount(piece.low & ~(piece.low << 1U) & kHigh) +
                                      std::popcount(high & ~(high << 1U) & kHigh));
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
        output_.words->push_back(next_word_);
      }
    }
  }

  [[nodiscard]] static bool continues(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80;
  }

  const ByteLevelPipeline& pipeline_;
  const PieceTable& pieces_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::uint32_t character_;  // index of the next one to begin
  Output output_;
  std::uint32_t next_word_;
  PieceCache& cache_ = PieceCache::get();
  LongPieceCache& long_cache_ = LongPieceCache::get();
  bool is_stuck_ = false;  // the tables are at odds with each other

  // Whole pieces that are not appended yet; written before they are read.
  std::size_t waiting_ = 0;
  std::array<std::uint32_t, kMost> ids_;
  std::array<CharacterSpan, kMost> spans_;
  std::array<std::uint32_t, kMost> words_;
};

}  // namespace onnxformers::tokenizers
