#pragma once

// The loop of SentencePieceBpePipeline; included by sentencepiece_bpe_pipeline.cpp only.

#include <algorithm>
#include <array>
#include <bit>
#include <string_view>

#include "base/utf8.h"
#include "tokenizers/sentencepiece_parts.h"

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
        kept_(pipeline),
        text_(text),
        next_word_(*output.next_word),
        tokens_(*output.ids, output.tokens, first_character,
                // The first part begins no other word.
                next_word_ - (pipeline.word_flag(text) != 0 ? 1 : 0)) {}

  /// False if the text has a "▁", which is also what spaces become.
  [[nodiscard]] bool run(std::size_t limit) {
    while (begin_ < text_.size() && tokens_.size() < limit) {
      find_parts();
      look_up_parts();
      if (!put_parts()) {
        return false;
      }
    }
    tokens_.flush();
    next_word_ = tokens_.word() + 1;
    return true;
  }

 private:
  /// Finds some of the parts that no merge leads out of. Characters that are not ASCII are written
  /// at once; for the others the memory they are looked up in is asked for, so that the waits for
  /// many of them overlap.
  void find_parts() {
    std::array<std::uint32_t, kMostFound> ends;
    std::size_t found = 0;
    while (found < kEnough && scanned_ < text_.size()) {
      const std::size_t window = std::min(text_.size(), scanned_ + kWindow);
      found += pipeline_.pairs_.find_missing(text_, scanned_, window, ends.data() + found);
      scanned_ = window;
    }
    if (scanned_ == text_.size()) {
      ends[found++] = static_cast<std::uint32_t>(text_.size());
    }
    written_ = 0;
    others_found_ = 0;
    for (std::size_t i = 0; i < found; begin_ = ends[i++]) {
      const std::string_view part(text_.data() + begin_, ends[i] - begin_);
      if (is_wide_character(part)) {
        write_character(part);
      } else {
        add_other(part);
      }
    }
  }

  void write_character(std::string_view character) {
    const char32_t code = utf8::decode_valid(character, 0).code;
    has_sign_ = has_sign_ || code == kSignCode;
    const std::uint32_t id = pipeline_.model_.characters().find(code, 0);
    if (id != kNone) [[likely]] {
      numbers_[written_++] = SpannedToken::make(id, 1);
    } else {
      written_ += write_unknown(character, &numbers_[written_]);
    }
  }

  /// Gives the number of tokens, at most kMostBytes.
  std::size_t write_unknown(std::string_view character, std::uint32_t* tokens) const {
    if (!pipeline_.model_.options().byte_fallback) {
      tokens[0] = SpannedToken::make(pipeline_.unk_id_, 1);
      return 1;
    }
    for (std::size_t i = 0; i < character.size(); ++i) {
      const std::uint32_t id = pipeline_.byte_ids_[static_cast<unsigned char>(character[i])];
      const bool is_last = i + 1 == character.size();
      tokens[i] = is_last ? SpannedToken::make(id, 1) : SpannedToken::make_byte(id);
    }
    return character.size();
  }

  void add_other(std::string_view part) {
    Part& other = others_[others_found_++];
    other.text = part;
    other.piece = load(part);
    other.hash = pipeline_.wholes_.hash(other.piece);
    other.place = static_cast<std::uint32_t>(written_++);
    pipeline_.wholes_.prefetch(pipeline_.wholes_.line_of(other.hash));
  }

  /// Looks up which of the others are tokens, and asks for what is kept of the rest.
  void look_up_parts() {
    missing_found_ = 0;
    for (std::size_t i = 0; i < others_found_; ++i) {
      Part& other = others_[i];
      const std::uint32_t id = pipeline_.wholes_.find(other.piece, other.hash);
      numbers_[other.place] = id;
      if constexpr (kWithOffsets) {
        numbers_[other.place] =
            SpannedToken::make(id, characters_of(other)) | pipeline_.word_flag(other.text);
      }
      missing_[missing_found_] = &other;
      missing_found_ += id == kNone ? 1 : 0;
    }
    for (std::size_t i = 0; i < missing_found_; ++i) {
      kept_.prefetch(*missing_[i]);
    }
  }

  /// False where the stages have to look.
  [[nodiscard]] bool put_parts() {
    std::size_t put = 0;
    has_merged_ = false;
    for (std::size_t i = 0; i < missing_found_; ++i) {
      tokens_.template put_blocks<kBlock>(&numbers_[put], missing_[i]->place - put);
      put = missing_[i]->place + 1;
      if (!put_missing(i)) {
        return false;
      }
    }
    tokens_.template put_blocks<kBlock>(&numbers_[put], written_ - put);
    return !has_sign_;
  }

  /// A part that is not one short token. Likewise.
  [[nodiscard]] bool put_missing(std::size_t i) {
    const Part& part = *missing_[i];
    if (part.text.size() == 1 && part.is_short()) {
      std::array<std::uint32_t, kMostBytes> tokens;
      tokens_.template put_blocks<kMostBytes>(tokens.data(),
                                              write_unknown(part.text, tokens.data()));
      return true;
    }
    std::span<const std::uint32_t> tokens = kept_.find(part);
    if (tokens.empty()) [[unlikely]] {
      if (!has_merged_) {
        has_merged_ = true;
        kept_.merge_words(std::span(missing_).subspan(i, missing_found_ - i));
        tokens = kept_.find(part);
      }
      if (tokens.empty()) {
        tokens = kept_.merge(part);
        put_all(tokens);
        return !tokens.empty();
      }
    }
    if (part.is_short()) {
      tokens_.template put_blocks<PieceCache::kMaxTokens>(tokens.data(), tokens.size());
    } else {
      put_all(tokens);
    }
    return true;
  }
  void put_all(std::span<const std::uint32_t> tokens) {
    for (const std::uint32_t token : tokens) {
      tokens_.put(token);
    }
  }

  /// Whether a part is one character that is not ASCII.
  [[nodiscard]] static bool is_wide_character(std::string_view part) noexcept {
    const int ones = std::countl_one(static_cast<unsigned char>(part.front()));
    return static_cast<std::size_t>(ones) == part.size();
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

  /// Of a short part: the bytes that do not merely go on with one.
  [[nodiscard]] static std::uint32_t characters_of(const Part& part) noexcept {
    constexpr std::uint64_t kHigh = 0x8080808080808080ULL;
    const auto inner = [](std::uint64_t bytes) {
      return std::popcount(bytes & ~(bytes << 1U) & kHigh);
    };
    return static_cast<std::uint32_t>(part.text.size()) -
           static_cast<std::uint32_t>(inner(part.piece.low) + inner(part.piece.high));
  }

  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  static_assert(PieceTable::kNone == kNone && BpeCharacters::kNone == kNone);
  static constexpr std::size_t kWindow = 64;
  static constexpr std::size_t kEnough = 64;
  static constexpr std::size_t kMostFound = kEnough + kWindow;
  static constexpr std::size_t kMostBytes = 4;  // of a character
  static constexpr std::size_t kBlock = 8;

  const SentencePieceBpePipeline& pipeline_;
  KeptParts kept_;
  std::string_view text_;
  std::uint32_t& next_word_;
  WaitingTokens<kWithOffsets> tokens_;
  bool has_sign_ = false;
  bool has_merged_ = false;  // what is not kept of these parts
  std::size_t begin_ = 0;    // where the next part begins
  std::size_t scanned_ = 1;  // the next place to look whether one begins
  // Parts that are not put yet; written before they are read.
  std::size_t written_ = 0;
  std::array<std::uint32_t, (kMostFound * kMostBytes) + kBlock> numbers_;  // of their tokens
  std::size_t others_found_ = 0;
  std::array<Part, kMostFound> others_;  // that are not one wide character
  std::size_t missing_found_ = 0;
  std::array<Part*, kMostFound> missing_;  // the others that are not one short token
};

}  // namespace onnxformers::tokenizers
