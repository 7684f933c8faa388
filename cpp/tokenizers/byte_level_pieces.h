#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "tokenizers/piece_table.h"
#include "tokenizers/placed_token.h"
#include "tokenizers/scanners/ascii_pieces.h"
#include "tokenizers/scanners/runs.h"

namespace onnxformers::tokenizers {

/// The pieces of a text that were found and not yet looked up: many at a time, so that the waits
/// for the memory that they are looked up in overlap.
template <typename Pattern, bool kWithOffsets>
class ByteLevelPieces {
 public:
  static constexpr std::size_t kMost = 4 * scanners::AsciiWindow::kSize;

  ByteLevelPieces(const scanners::CharacterClasses& classes, const PieceTable& table,
                  std::string_view text)
      : classes_(classes), table_(table), text_(text) {}

  [[nodiscard]] bool is_at_end() const noexcept { return at_ == text_.size(); }
  [[nodiscard]] std::size_t size() const noexcept { return count_; }
  [[nodiscard]] bool is_full() const noexcept { return count_ > kMost - kWindow; }
  void clear() noexcept { count_ = 0; }

  [[nodiscard]] const ShortPiece& piece(std::size_t i) const noexcept { return pieces_[i]; }
  /// The line of the table where the search begins.
  [[nodiscard]] std::uint32_t line(std::size_t i) const noexcept { return lines_[i]; }
  [[nodiscard]] std::size_t bytes(std::size_t i) const noexcept { return sizes_[i]; }
  /// Of short pieces, with offsets.
  [[nodiscard]] std::uint32_t characters(std::size_t i) const noexcept { return characters_[i]; }

  /// Finds some more; there must be some text left and room.
  void find() {
    if (!find_window()) {
      find_next();
    }
  }

 private:
  static constexpr std::size_t kWindow = scanners::AsciiWindow::kSize;

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
      add(ShortPiece::load(bytes + begin, end - begin), end - begin, end - begin);
      begin = end;
    });
    return ends != 0;
  }

  void find_next() {
    const std::size_t size = Pattern::next(scanners::Runs(classes_, text_), at_).end - at_;
    const std::string_view bytes = text_.substr(at_, size);
    if (!ShortPiece::fits(bytes)) {
      add(ShortPiece::none(), size, 0);
      return;
    }
    const ShortPiece piece = text_.size() - at_ >= ShortPiece::kMaxBytes
                                 ? ShortPiece::load(bytes.data(), size)
                                 : ShortPiece::load(bytes);
    const int inner = kWithOffsets ? std::popcount(continuations(piece.low)) +
                                         std::popcount(continuations(piece.high))
                                   : 0;
    add(piece, size, size - static_cast<std::size_t>(inner));
  }

  void add(const ShortPiece& piece, std::size_t size, std::size_t characters) noexcept {
    const std::uint32_t line = table_.line_of(table_.hash(piece));
    table_.prefetch(line);
    pieces_[count_] = piece;
    lines_[count_] = line;
    sizes_[count_] = static_cast<std::uint32_t>(size);
    if constexpr (kWithOffsets) {
      characters_[count_] = static_cast<std::uint32_t>(characters);
    }
    ++count_;
    at_ += size;
  }

  const scanners::CharacterClasses& classes_;
  const PieceTable& table_;
  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t count_ = 0;
  // Written before they are read.
  std::array<ShortPiece, kMost> pieces_;
  std::array<std::uint32_t, kMost> lines_;
  std::array<std::uint32_t, kMost> sizes_;
  std::array<std::uint32_t, kMost> characters_;
};

}  // namespace onnxformers::tokenizers
