#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#if defined(__SSE4_1__)
#include <smmintrin.h>
#endif

#include "base/table.h"
#include "tokenizers/hash.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// A piece of at most 12 bytes in two registers, filled up with zeros.
struct ShortPiece {
  static constexpr std::size_t kMaxBytes = 12;

  std::uint64_t low;
  std::uint32_t high;

  /// Whether a piece, which is not empty, has such a form that no other one has.
  [[nodiscard]] static bool fits(std::string_view piece) noexcept {
    return piece.size() <= kMaxBytes && piece.back() != '\0';
  }

  /// What no piece has for its form.
  [[nodiscard]] static constexpr ShortPiece none() noexcept { return {.low = 0, .high = 0}; }

  /// The form of a piece that fits.
  [[nodiscard]] static ShortPiece load(std::string_view piece) noexcept {
    std::array<char, kMaxBytes> bytes{};
    std::memcpy(bytes.data(), piece.data(), std::min(piece.size(), kMaxBytes));
    return load(bytes.data(), piece.size());
  }

  /// The same where kMaxBytes bytes can be read. Longer pieces take a form that no piece has.
  [[nodiscard]] static ShortPiece load(const char* bytes, std::size_t size) noexcept {
    static_assert(std::endian::native == std::endian::little, "keeps the low bytes");
    const ShortPiece& mask = kMasks[std::min(size, kMasks.size() - 1)];
    ShortPiece loaded;  // NOLINT(cppcoreguidelines-pro-type-member-init): written next
    std::memcpy(&loaded.low, bytes, sizeof(loaded.low));
    std::memcpy(&loaded.high, bytes + sizeof(loaded.low), sizeof(loaded.high));
    loaded.low &= mask.low;
    loaded.high &= mask.high;
    return loaded;
  }

 private:
  /// By number of bytes: the bits of a piece that has so many; none where it has too many.
  static const std::array<ShortPiece, kMaxBytes + 2> kMasks;
};

inline constexpr std::array<ShortPiece, ShortPiece::kMaxBytes + 2> ShortPiece::kMasks = [] {
  std::array<ShortPiece, kMaxBytes + 2> masks{};
  for (unsigned size = 1; size <= kMaxBytes; ++size) {
    masks[size].low = ~std::uint64_t{0} >> (size >= 8 ? 0 : 64U - (8U * size));
    masks[size].high = size <= 8 ? 0 : ~std::uint32_t{0} >> (96U - (8U * size));
  }
  return masks;
}();

/// Whole pieces of a text, as raw bytes, and their ids. Immutable once built.
///
/// A short cut: most pieces that are tokens are here, and are found with one look. Tokens for which
/// there was no room are left out, and so are long ones, where merging gives the same.
class PieceTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// Pieces, none of them empty, with their ids.
  using Entries = std::span<const std::pair<std::string_view, std::int32_t>>;

  /// @param needed pieces that must be found.
  /// @param others those that need not, the most frequent ones first. Each piece is there once.
  PieceTable(Entries needed, Entries others);

  /// Empty, for visit_tables() to fill.
  PieceTable() : PieceTable(Entries(), Entries()) {}

  void visit_tables(TableArchive& archive) {
    archive(seed_);
    archive(lines_);
    archive(farthest_);
    archive(longest_);
    archive(bytes_);
    archive(long_);
  }

  [[nodiscard]] std::uint64_t hash(const ShortPiece& piece) const noexcept {
    return mix(piece.low ^ seed_, piece.high ^ kHashFactor);
  }

  /// The line that the search begins in.
  [[nodiscard]] std::uint32_t line_of(std::uint64_t hash) const noexcept {
    return static_cast<std::uint32_t>(((hash >> 32U) * lines_.size()) >> 32U);
  }

  /// Asks for the memory that find_from() reads.
  void prefetch(std::uint32_t line) const noexcept { tokenizers::prefetch(&lines_[line]); }

  /// The id of a piece, or kNone. @param line of the piece.
  [[nodiscard]] std::uint32_t find_from(const ShortPiece& piece,
                                        std::uint32_t line) const noexcept {
    const Line& first = lines_[line];
    const unsigned matches = first.matches(piece);
    // No branch on whether it is there, which cannot be foreseen: without a match the last slot is
    // read, and made all ones. By arithmetic, as compilers make a branch of a comparison.
    constexpr unsigned kLast = 1U << (kSlots - 1);
    const auto none = static_cast<std::uint32_t>(static_cast<std::int32_t>(matches - 1) >> 31U);
    const std::uint32_t id =
        first.ids[static_cast<std::size_t>(std::countr_zero(matches | kLast))] | none;
    return farthest_ == 0 || id != kNone ? id : find_behind(piece, line);
  }

  /// The same by the hash of the piece.
  [[nodiscard]] std::uint32_t find(const ShortPiece& piece, std::uint64_t hash) const noexcept {
    return find_from(piece, line_of(hash));
  }

  /// The same for any other piece, of those that must be found.
  [[nodiscard]] std::uint64_t hash_long(std::string_view piece) const noexcept {
    return hash_bytes(piece, seed_);
  }
  [[nodiscard]] std::uint32_t find_long(std::string_view piece, std::uint64_t hash) const noexcept;

  /// Bytes of the longest of these.
  [[nodiscard]] std::size_t longest() const noexcept { return longest_; }

 private:
  static constexpr std::size_t kSlots = 4;
  // No text has such a byte, so what is looked up is never that of a free slot.
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};

  /// Pieces that share a cache line, so that one look compares with all of them; filled from the
  /// first slot on. Those that find it full go to the next line if they are needed.
  struct alignas(64) Line {
    std::array<std::uint64_t, kSlots> lows = {kFree, kFree, kFree, kFree};
    std::array<std::uint32_t, kSlots> highs{};
    std::array<std::uint32_t, kSlots> ids = {kNone, kNone, kNone, kNone};

    [[nodiscard]] bool is_full() const noexcept { return ids.back() != kNone; }

    /// A bit for each slot: whether the piece is there.
    [[nodiscard]] unsigned matches(const ShortPiece& piece) const noexcept {
#if defined(__SSE4_1__)
      const __m128i low = _mm_set1_epi64x(static_cast<long long>(piece.low));
      const auto compare = [&](std::size_t slot) {
        return _mm_castsi128_ps(_mm_cmpeq_epi64(
            _mm_load_si128(reinterpret_cast<const __m128i*>(lows.data() + slot)), low));
      };
      constexpr int kEven = 0b10'00'10'00;
      const __m128i is_low = _mm_castps_si128(_mm_shuffle_ps(compare(0), compare(2), kEven));
      const __m128i is_high =
          _mm_cmpeq_epi32(_mm_load_si128(reinterpret_cast<const __m128i*>(highs.data())),
                          _mm_set1_epi32(static_cast<int>(piece.high)));
      return static_cast<unsigned>(
          _mm_movemask_ps(_mm_castsi128_ps(_mm_and_si128(is_low, is_high))));
#else
      unsigned found = 0;
      for (unsigned slot = 0; slot < kSlots; ++slot) {
        found |= static_cast<unsigned>(lows[slot] == piece.low && highs[slot] == piece.high)
                 << slot;
      }
      return found;
#endif
    }
  };
  struct Placed;
  struct LongPiece {
    std::uint32_t begin = 0;
    std::uint32_t length = 0;  // 0: the slot is free
    std::uint32_t id = 0;
  };

  [[nodiscard]] std::uint32_t find_behind(const ShortPiece& piece,
                                          std::uint32_t line) const noexcept;
  void add_short(Entries entries, bool are_needed, std::vector<Line>& lines);
  void put(const Placed& piece, bool is_needed, std::vector<Line>& lines);
  void add_long(Entries entries);

  std::uint64_t seed_;
  Table<Line> lines_;
  std::size_t farthest_ = 0;  // lines that a piece lies behind its own
  std::size_t longest_ = 0;
  Table<char> bytes_;
  Table<LongPiece> long_;  // a power of two, never full
};

}  // namespace onnxformers::tokenizers
