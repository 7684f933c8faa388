#pragma once

// The loop of ByteLevelPipeline; included by byte_level_pipeline.cpp only.

#include <array>
#include <cstring>

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
      if (!find_window()) {
        find_next(runs);
      }
      // No piece is without a token.
      if (found_ > kMostFound - kWindow || output_.ids->size() + waiting_ + found_ >= limit) {
        put_found();
      }
    }
    put_found();
    flush();
    *output_.next_word = next_word_;
    return !is_stuck_;
  }

 private:
  static constexpr std::size_t kWindow = scanners::AsciiWindow::kSize;
  static constexpr std::size_t kMostFound = 4 * kWindow;

  /// Finds the pieces that a window of ASCII decides about. False: there are none.
  [[nodiscard]] bool find_window() {
    // A window reads so many bytes, and pays where it decides about some pieces.
    constexpr std::size_t kReadable = kWindow + ShortPiece::kMaxBytes;
    constexpr std::size_t kLeast = 24;
    const std::size_t left = text_.size() - at_;
    if (!scanners::AsciiWindow::kIsThere || left < kLeast) {
      return false;
    }
    const char* bytes = text_.data() + at_;
    std::array<char, kReadable> copy;  // NOLINT: written before it is read
    if (left < kReadable) {
      // The zeros end the window.
      copy.fill('\0');
      std::memcpy(copy.data(), bytes, left);
      bytes = copy.data();
    }
    if (!scanners::AsciiWindow::is_worth_it({bytes, kReadable}, 0)) {
      return false;
    }
    using Pieces = scanners::AsciiPieces<Pattern>;
    const auto window = scanners::AsciiWindow::read<Pieces::kRare>({bytes, kReadable}, 0);
    const scanners::Bits ends = Pieces::begins(window) & ~scanners::Bits{1};
    std::size_t begin = 0;
    scanners::for_each_bit(ends, [&](std::size_t end) {
      // None ends with a zero, so a short one fits.
      add_found(ShortPiece::load(bytes + begin, end - begin), end - begin, end - begin);
      begin = end;
    });
    return ends != 0;
  }

  void find_next(const scanners::Runs& runs) {
    const std::size_t size = Pattern::next(runs, at_).end - at_;
    const std::size_t characters = kWithOffsets ? characters_in(at_, size) : 0;
    const std::string_view piece = text_.substr(at_, size);
    if (!ShortPiece::fits(piece)) {
      add_found(ShortPiece::none(), size, characters);
    } else if (text_.size() - at_ >= ShortPiece::kMaxBytes) {
      add_found(ShortPiece::load(piece.data(), size), size, characters);
    } else {
      add_found(ShortPiece::load(piece), size, characters);
    }
  }

  /// Keeps the piece that begins at at_ for later and asks for the memory it is looked up in, so
  /// that the waits for many of them overlap.
  void add_found(const ShortPiece& piece, std::size_t size, std::size_t characters) noexcept {
    const std::uint32_t line = pieces_.line_of(pieces_.hash(piece));
    pieces_.prefetch(line);
    found_pieces_[found_] = piece;
    found_lines_[found_] = line;
    found_sizes_[found_] = static_cast<std::uint32_t>(size);
    if constexpr (kWithOffsets) {
      found_characters_[found_] = static_cast<std::uint32_t>(characters);
    }
    ++found_;
    at_ += size;
  }

  void put_found() {
    if (waiting_ > kMostWaiting - kMostFound) {
      flush();
    }
    for (std::size_t i = 0; i < found_; ++i) {
      const std::size_t size = found_sizes_[i];
      const std::uint32_t whole = pieces_.find_from(found_pieces_[i], found_lines_[i]);
      if (whole != PieceTable::kNone) [[likely]] {
        put_whole(whole, kWithOffsets ? found_characters_[i] : 0);
      } else {
        is_ascii_ = kWithOffsets && found_characters_[i] == size;
        const std::string_view piece = text_.substr(put_, size);
        if (ShortPiece::fits(piece)) {
          put_short(piece, found_pieces_[i]);
        } else {
          put_long(piece);
        }
      }
      put_ += size;
      ++next_word_;
    }
    found_ = 0;
  }

  void put_whole(std::uint32_t id, std::uint32_t characters) noexcept {
    ids_[waiting_] = id;
    if constexpr (kWithOffsets) {
      spans_[waiting_] = {.begin = character_, .end = character_ + characters};
      words_[waiting_] = next_word_;
      character_ += characters;
    }
    ++waiting_;
  }

  /// The tokens of a piece, wherever they come from. Leaves room for what else was found.
  void put_several(std::span<const std::uint32_t> ids, std::string_view piece) {
    if (waiting_ + ids.size() > kMostWaiting - kMostFound) {
      flush();
    }
    std::ranges::copy(ids, ids_.data() + waiting_);
    if constexpr (kWithOffsets) {
      std::size_t to = waiting_;
      for_each_span(ids, piece, [&](CharacterSpan span) {
        spans_[to] = span;
        words_[to] = next_word_;
        ++to;
      });
    }
    waiting_ += ids.size();
  }

  void flush() {
    const auto append = [this](auto& to, const auto& from) {
      to.insert(to.end(), from.data(), from.data() + waiting_);
    };
    append(*output_.ids, ids_);
    if constexpr (kWithOffsets) {
      append(*output_.spans, spans_);
      append(*output_.words, words_);
    }
    waiting_ = 0;
  }

  void put_short(std::string_view piece, const ShortPiece& short_form) {
    const std::uint64_t hash = pieces_.hash(short_form);
    PieceCache& cache = PieceCache::get();
    const auto found = cache.find(pipeline_.number_, short_form, hash);
    if (!found.empty()) {
      put_several(found, piece);
      return;
    }
    const auto tokens = put_merged(piece);
    if (tokens.size() <= PieceCache::kMaxTokens) {
      cache.add(pipeline_.number_, short_form, hash, tokens);
    }
  }

  void put_long(std::string_view piece) {
    if (piece.size() > std::max(LongPieceCache::kMaxBytes, pieces_.longest())) {
      put_merged(piece);
      return;
    }
    const std::uint64_t hash = pieces_.hash_long(piece);
    const std::uint32_t whole = pieces_.find_long(piece, hash);
    if (whole != PieceTable::kNone) {
      put_several({&whole, 1}, piece);
    } else if (piece.size() > LongPieceCache::kMaxBytes) {
      put_merged(piece);
    } else {
      LongPieceCache& cache = LongPieceCache::get();
      const auto found = cache.find(pipeline_.number_, piece, hash);
      if (!found.empty()) {
        put_several(found, piece);
      } else {
        cache.add(pipeline_.number_, piece, hash, put_merged(piece));
      }
    }
  }

  /// Gives the tokens, until the next ones are put.
  std::span<const std::uint32_t> put_merged(std::string_view piece) {
    flush();
    std::vector<std::uint32_t>& ids = *output_.ids;
    const std::size_t before = ids.size();
    is_stuck_ |= pipeline_.backtracker_.append_ids(piece, 0, ids) != piece.size();
    const auto tokens = std::span<const std::uint32_t>(ids).subspan(before);
    if constexpr (kWithOffsets) {
      for_each_span(tokens, piece, [&](CharacterSpan span) {
        output_.spans->push_back(span);
        output_.words->push_back(next_word_);
      });
    }
    return tokens;
  }

  /// How many characters begin among so many bytes of the text.
  [[nodiscard]] std::uint32_t characters_in(std::size_t begin, std::size_t size) const noexcept {
    constexpr std::uint64_t kHigh = 0x8080808080808080ULL;
    constexpr std::size_t kWord = sizeof(std::uint64_t);
    auto count = static_cast<std::uint32_t>(size);
    for (const std::size_t end = begin + size; begin < end; begin += kWord) {
      const std::size_t bytes = std::min(end - begin, kWord);
      std::uint64_t word = 0;
      if (text_.size() - begin >= kWord) {
        std::memcpy(&word, text_.data() + begin, kWord);
        word &= ~std::uint64_t{0} >> (8 * (kWord - bytes));
      } else {
        std::memcpy(&word, text_.data() + begin, bytes);
      }
      // Bytes that merely go on with a character.
      count -= static_cast<std::uint32_t>(std::popcount(word & ~(word << 1U) & kHigh));
    }
    return count;
  }

  /// The spans of the tokens of the piece at put_. Tokens may begin and end within a character:
  /// they get the whole of it.
  template <typename Put>
  void for_each_span(std::span<const std::uint32_t> ids, std::string_view piece, Put put) {
    std::size_t begin = 0;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const std::size_t end =
          i + 1 == ids.size() ? piece.size() : begin + pipeline_.backtracker_.length(ids[i]);
      const std::uint32_t first = character_ - (!is_ascii_ && continues(piece[begin]) ? 1 : 0);
      character_ += is_ascii_ ? static_cast<std::uint32_t>(end - begin)
                              : characters_in(put_ + begin, end - begin);
      begin = end;
      put({.begin = first, .end = character_});
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
  bool is_ascii_ = false;  // the piece at put_
  bool is_stuck_ = false;  // the tables are at odds with each other

  // Written before they are read: pieces that are not looked up yet, from put_ to at_; then tokens
  // that wait for others, as appending many at once is cheaper.
  static constexpr std::size_t kMostWaiting = 2 * kMostFound;
  std::size_t put_ = 0;
  std::size_t found_ = 0;
  std::array<ShortPiece, kMostFound> found_pieces_;
  std::array<std::uint32_t, kMostFound> found_lines_;
  std::array<std::uint32_t, kMostFound> found_sizes_;
  std::array<std::uint32_t, kMostFound> found_characters_;
  std::size_t waiting_ = 0;
  std::array<std::uint32_t, kMostWaiting> ids_;
  std::array<CharacterSpan, kMostWaiting> spans_;
  std::array<std::uint32_t, kMostWaiting> words_;
};

}  // namespace onnxformers::tokenizers
