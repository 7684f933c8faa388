#pragma once

// The loop of SentencePieceBpePipeline; included by sentencepiece_bpe_pipeline.cpp only.

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "base/utf8.h"
#include "tokenizers/piece_cache.h"
#include "tokenizers/sentencepiece_bpe_pipeline.h"
#include "tokenizers/sentencepiece_tokens.h"

namespace onnxformers::tokenizers {

/// One pass over one text, which is not empty. Without offsets only ids are written.
template <bool kWithOffsets>
class SentencePieceBpePipeline::Pass {
 public:
  struct Output {
    std::vector<std::uint32_t>* ids;
    Tokens* tokens;  ///< only with offsets
    std::uint32_t* next_word;
  };

  Pass(const SentencePieceBpePipeline& pipeline, std::string_view text,
       std::uint32_t first_character, const Output& output)
      : pipeline_(pipeline),
        text_(text),
        next_word_(*output.next_word),
        word_(next_word_),
        tokens_(*output.ids, output.tokens, first_character) {}

  /// False if the text has a "▁", which is also what spaces become.
  [[nodiscard]] bool run(std::size_t limit) {
    while (put_ < text_.size() && tokens_.size() < limit) {
      find_parts();
      if (!put_parts()) {
        return false;
      }
    }
    tokens_.flush();
    next_word_ = word_ + 1;
    return true;
  }

 private:
  /// Finds some of the parts that no merge leads out of, and asks for the memory they are looked up
  /// in, so that the waits for many of them overlap.
  void find_parts() {
    found_ = 0;
    while (found_ < kEnough && scanned_ < text_.size()) {
      const std::size_t window = std::min(text_.size(), scanned_ + kWindow);
      found_ += pipeline_.pairs_.find_missing(text_, scanned_, window, ends_.data() + found_);
      scanned_ = window;
    }
    if (scanned_ == text_.size()) {
      ends_[found_++] = static_cast<std::uint32_t>(text_.size());
    }
    for (std::size_t i = 0, begin = put_; i < found_; begin = ends_[i++]) {
      const std::string_view part = text_.substr(begin, ends_[i] - begin);
      if (!is_wide_character(part)) {
        pieces_[i] = load(part);
        lines_[i] = pipeline_.wholes_.line_of(pipeline_.wholes_.hash(pieces_[i]));
        pipeline_.wholes_.prefetch(lines_[i]);
      }
    }
  }

  [[nodiscard]] ShortPiece load(std::string_view part) const noexcept {
    if (!ShortPiece::fits(part)) {
      return ShortPiece::none();
    }
    return static_cast<std::size_t>(text_.data() + text_.size() - part.data()) >=
                   ShortPiece::kMaxBytes
               ? ShortPiece::load(part.data(), part.size())
               : ShortPiece::load(part);
  }

  [[nodiscard]] bool put_parts() {
    for (std::size_t i = 0; i < found_; ++i) {
      const std::string_view part = text_.substr(put_, ends_[i] - put_);
      if (pipeline_.layout_.splits && part.front() == ' ' && put_ != 0) {
        ++word_;
      }
      put_ = ends_[i];
      if (is_wide_character(part)) {
        if (!put_character(part)) {
          return false;
        }
        continue;
      }
      const std::uint32_t whole = pipeline_.wholes_.find_from(pieces_[i], lines_[i]);
      if (whole != PieceTable::kNone) [[likely]] {
        const std::uint32_t characters = kWithOffsets ? characters_of(pieces_[i], part.size()) : 0;
        tokens_.put(whole, characters, characters, word_);
      } else if (!put_part(part, pieces_[i])) {
        return false;
      }
    }
    return true;
  }

  /// Whether a part is one character that is not ASCII.
  [[nodiscard]] static bool is_wide_character(std::string_view part) noexcept {
    const int ones = std::countl_one(static_cast<unsigned char>(part.front()));
    return static_cast<std::size_t>(ones) == part.size();
  }

  /// False where the stages have to look.
  [[nodiscard]] bool put_character(std::string_view character) {
    const std::uint32_t id = pipeline_.find_character(character);
    if (id != BpeCharacters::kNone) {
      tokens_.put(id, 1, 1, word_);
      return true;
    }
    return put_unknown(character);
  }

  /// Likewise.
  [[nodiscard]] bool put_unknown(std::string_view character) {
    if (!pipeline_.model_.options().byte_fallback) {
      tokens_.put(pipeline_.unk_id_, 1, 1, word_);
    } else {
      for (std::size_t i = 0; i < character.size(); ++i) {
        const auto byte = static_cast<unsigned char>(character[i]);
        tokens_.put(pipeline_.byte_ids_[byte], 1, i + 1 == character.size() ? 1 : 0, word_);
      }
    }
    return character != kSign;
  }

  /// A part that is not one short token.
  [[nodiscard]] bool put_part(std::string_view part, const ShortPiece& piece) {
    const PieceTable& wholes = pipeline_.wholes_;
    if (ShortPiece::fits(part)) {
      if (part.size() == 1) {
        return put_unknown(part);
      }
      return put_kept(PieceCache::get(), piece, wholes.hash(piece), part);
    }
    if (part.size() <= LongPieceCache::kMaxBytes) {
      return put_kept(LongPieceCache::get(), part, wholes.hash_long(part), part);
    }
    const auto merged = merge(part);
    tokens_.put(merged, word_);
    return !merged.empty();
  }

  /// From the cache, or merged and kept in it. @param key what the cache knows the part by.
  template <typename Cache, typename Key>
  [[nodiscard]] bool put_kept(Cache& cache, const Key& key, std::uint64_t hash,
                              std::string_view part) {
    auto tokens = cache.find(pipeline_.number_, key, hash);
    if (tokens.empty()) {
      tokens = merge(part);
      if (!tokens.empty() && tokens.size() <= Cache::kMaxTokens) {
        cache.add(pipeline_.number_, key, hash, tokens);
      }
    }
    tokens_.put(tokens, word_);
    return !tokens.empty();
  }

  /// The tokens of a part, until the next one; none where the stages have to look.
  [[nodiscard]] std::span<const std::uint32_t> merge(std::string_view part) {
    static thread_local std::vector<std::uint32_t> tokens;
    constexpr std::size_t kKept = std::size_t{1} << 16U;
    if (tokens.capacity() > kKept) {
      tokens = {};
    }
    tokens.clear();
    for (std::size_t at = 0, unknown_end = 0;;) {
      const std::size_t end = pipeline_.append_known(part, at, tokens);
      if (end == part.size()) {
        return tokens;
      }
      if (end == BpeBacktracker::kStuck) {
        return {};
      }
      at = end + utf8::decode(part, end).length;
      const bool is_behind_unknown = end == unknown_end && end != 0;
      if (!pipeline_.append_unknown(part.substr(end, at - end), is_behind_unknown, tokens)) {
        return {};
      }
      unknown_end = at;
    }
  }

  [[nodiscard]] static std::uint32_t characters_of(const ShortPiece& piece,
                                                   std::size_t size) noexcept {
    constexpr std::uint64_t kHigh = 0x8080808080808080ULL;
    // Bytes that merely go on with a character.
    const int low = std::popcount(piece.low & ~(piece.low << 1U) & kHigh);
    const int high = std::popcount(piece.high & ~(piece.high << 1U) & kHigh);
    return static_cast<std::uint32_t>(size) - static_cast<std::uint32_t>(low + high);
  }

  static constexpr std::size_t kWindow = 64;
  static constexpr std::size_t kEnough = 64;
  static constexpr std::size_t kMostFound = kEnough + kWindow;

  const SentencePieceBpePipeline& pipeline_;
  std::string_view text_;
  std::uint32_t& next_word_;
  std::uint32_t word_;
  WaitingTokens<kWithOffsets> tokens_;
  std::size_t put_ = 0;      // where the next part begins
  std::size_t scanned_ = 1;  // the next place to look whether one begins
  // Parts that are not looked up yet; written before they are read.
  std::size_t found_ = 0;
  std::array<std::uint32_t, kMostFound> ends_;
  std::array<ShortPiece, kMostFound> pieces_;
  std::array<std::uint32_t, kMostFound> lines_;
};

}  // namespace onnxformers::tokenizers
