#pragma once

// The loop of ByteLevelPipeline; included by byte_level_pipeline.cpp only.

#include <algorithm>
#include <array>
#include <span>

#include "base/utf8.h"
#include "tokenizers/byte_level_output.h"
#include "tokenizers/byte_level_pieces.h"
#include "tokenizers/byte_level_pipeline.h"
#include "tokenizers/models/bpe_word.h"
#include "tokenizers/piece_cache.h"

namespace onnxformers::tokenizers {

/// One pass over one text. Without offsets only ids are written.
template <typename Pattern, bool kWithOffsets>
class ByteLevelPipeline::Pass {
 public:
  using Output = ByteLevelOutput<kWithOffsets>;

  Pass(const ByteLevelPipeline& pipeline, std::string_view text, std::uint32_t first_character,
       const Output::Buffer::Target& target)
      : pipeline_(pipeline),
        table_(pipeline.pieces_),
        text_(text),
        pieces_(pipeline.classes_, table_, text),
        output_(target, first_character) {}

  /// False where the stages have to look.
  [[nodiscard]] bool run(std::size_t limit) {
    while (!pieces_.is_at_end() && output_.size() < limit) {
      pieces_.find();
      // No piece is without a token.
      if (pieces_.is_full() || output_.size() + pieces_.size() >= limit) {
        put_found();
      }
    }
    put_found();
    output_.finish();
    return !is_stuck_;
  }

 private:
  using Pieces = ByteLevelPieces<Pattern, kWithOffsets>;
  static constexpr std::size_t kMostMerged = 32;

  void put_found() {
    look_up_wholes();
    output_.reserve(pieces_.size());
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const std::size_t size = pieces_.bytes(i);
      if (wholes_[i] != PieceTable::kNone) [[likely]] {
        output_.put_whole(wholes_[i], kWithOffsets ? pieces_.characters(i) : 0);
      } else {
        const std::string_view piece = text_.substr(put_, size);
        left_ = pieces_.size() - i - 1;
        if (ShortPiece::fits(piece)) {
          put_short(piece, pieces_.piece(i));
        } else {
          put_long(piece);
        }
      }
      put_ += size;
    }
    pieces_.clear();
  }

  /// Looks for all pieces that are a token, and asks for the memory where the others are kept.
  void look_up_wholes() noexcept {
    for (std::size_t i = 0; i < pieces_.size(); ++i) {
      const ShortPiece& piece = pieces_.piece(i);
      wholes_[i] = table_.find_from(piece, pieces_.line(i));
      if (wholes_[i] == PieceTable::kNone) {
        cache_.prefetch(table_.hash(piece));
      }
    }
  }

  /// Leaves room for what else was found.
  void put_placed(std::span<const std::uint32_t> tokens) {
    output_.reserve(tokens.size() + left_);
    output_.put_placed(tokens);
  }

  void put_short(std::string_view piece, const ShortPiece& short_form) {
    const std::uint64_t hash = table_.hash(short_form);
    auto tokens = cache_.find(pipeline_.number_, short_form, hash);
    if (tokens.empty()) {
      tokens = placed(piece);
      if (tokens.size() <= PieceCache::kMaxTokens) {
        cache_.add(pipeline_.number_, short_form, hash, tokens);
      }
    }
    put_placed(tokens);
  }

  void put_long(std::string_view piece) {
    if (piece.size() > std::max(LongPieceCache::kMaxBytes, table_.longest())) {
      put_longest(piece);
      return;
    }
    const std::uint64_t hash = table_.hash_long(piece);
    const std::uint32_t whole = table_.find_long(piece, hash);
    if (whole != PieceTable::kNone) {
      const auto characters = kWithOffsets ? utf8::count(piece) : 0;
      output_.put_whole(whole, static_cast<std::uint32_t>(characters));
    } else if (piece.size() > LongPieceCache::kMaxBytes) {
      put_longest(piece);
    } else {
      LongPieceCache& cache = LongPieceCache::get();
      auto tokens = cache.find(pipeline_.number_, piece, hash);
      if (tokens.empty()) {
        tokens = placed(piece);
        cache.add(pipeline_.number_, piece, hash, tokens);
      }
      put_placed(tokens);
    }
  }

  /// One that is not kept.
  void put_longest(std::string_view piece) {
    output_.put_merged(merged(piece), piece);
    output_.reserve(left_);
  }

  /// The PlacedTokens of a piece, until the next is merged.
  [[nodiscard]] std::span<const std::uint32_t> placed(std::string_view piece) {
    const auto tokens = merged(piece);
    const CharacterStarts starts(piece);
    std::size_t begin = 0;
    for (std::uint32_t& token : tokens) {
      const std::size_t end = begin + BpeBacktracker::bytes_of(token);
      token = PlacedToken::make(BpeBacktracker::id_of(token), starts, begin, end);
      begin = end;
    }
    return tokens;
  }

  /// The tokens of a piece with their bytes, as BpeBacktracker gives them.
  [[nodiscard]] std::span<std::uint32_t> merged(std::string_view piece) {
    static thread_local std::vector<std::uint32_t> tokens;
    tokens.clear();
    if (is_merged(piece)) {
      std::array<std::uint32_t, kMostMerged> symbols;  // NOLINT: written before it is read
      std::ranges::transform(piece, symbols.begin(), [&](char byte) {
        return pipeline_.byte_ids_[static_cast<unsigned char>(byte)];
      });
      merge_short_word(pipeline_.model_.merges(), std::span(symbols).first(piece.size()),
                       [&](std::uint32_t id, std::size_t begin, std::size_t end) {
                         tokens.push_back(BpeBacktracker::piece_of(id, end - begin));
                       });
    } else {
      is_stuck_ |= pipeline_.backtracker_.append_pieces(piece, 0, tokens) != piece.size();
    }
    return tokens;
  }

  /// Merging a short word of an alphabet waits for memory less often than backtracking, which tries
  /// several tokens at most places there. In scripts of three bytes a character most fit at once.
  [[nodiscard]] static bool is_merged(std::string_view piece) noexcept {
    constexpr unsigned kFirstOfThree = 0xE0;
    return piece.size() <= kMostMerged &&
           std::max(static_cast<unsigned char>(piece.front()),
                    static_cast<unsigned char>(piece[piece.size() > 1 ? 1 : 0])) < kFirstOfThree;
  }

  const ByteLevelPipeline& pipeline_;
  const PieceTable& table_;
  std::string_view text_;
  Pieces pieces_;
  Output output_;
  PieceCache& cache_ = PieceCache::get();
  bool is_stuck_ = false;  // the tables are at odds with each other
  std::size_t put_ = 0;    // the first piece found begins there
  std::size_t left_ = 0;   // pieces found that are behind the one that is put
  std::array<std::uint32_t, Pieces::kMost> wholes_;  // NOLINT: written before it is read
};

}  // namespace onnxformers::tokenizers
