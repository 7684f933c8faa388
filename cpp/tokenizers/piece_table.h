#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

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

  /// The form of a piece that fits.
  [[nodiscard]] static ShortPiece load(std::string_view piece) noexcept {
    std::array<char, kMaxBytes> bytes{};
    std::memcpy(bytes.data(), piece.data(), std::min(piece.size(), kMaxBytes));
    return load(bytes.data(), kMaxBytes);
  }

  /// The same where kMaxBytes bytes can be read, however long the piece is.
  [[nodiscard]] static ShortPiece load(const char* bytes, std::size_t size) noexcept {
    static_assert(std::endian::native == std::endian::little, "keeps the low bytes");
    const ShortPiece& mask = kMasks[std::min(size, kMaxBytes)];
    ShortPiece loaded;  // NOLINT(cppcoreguidelines-pro-type-member-init): written next
    std::memcpy(&loaded.low, bytes, sizeof(loaded.low));
    std::memcpy(&loaded.high, bytes + sizeof(loaded.low), sizeof(loaded.high));
    loaded.low &= mask.low;
    loaded.high &= mask.high;
    return loaded;
  }

 private:
  /// By number of bytes: the bits of a piece that has so many.
  static const std::array<ShortPiece, kMaxBytes + 1> kMasks;
};

inline constexpr std::array<ShortPiece, ShortPiece::kMaxBytes + 1> ShortPiece::kMasks = [] {
  std::array<ShortPiece, kMaxBytes + 1> masks{};
  for (unsigned size = 1; size < masks.size(); ++size) {
    masks[size].low = ~std::uint64_t{0} >> (size >= 8 ? 0 : 64U - (8U * size));
    masks[size].high = size <= 8 ? 0 : ~std::uint32_t{0} >> (96U - (8U * size));
  }
  return masks;
}();

/// Whole pieces of a text, as raw bytes, and their ids. Immutable once built.
///
/// One probe for short pieces, which are nearly all; others take a hash of all their bytes.
class PieceTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  using Entries = std::vector<std::pair<std::string_view, std::int32_t>>;

  /// @param entries pieces, each once, with their ids; none is empty.
  explicit PieceTable(const Entries& entries);

  /// Empty, for visit_tables() to fill.
  PieceTable() : PieceTable(Entries()) {}

  void visit_tables(TableArchive& archive) {
    archive(seed_);
    archive(short_);
    archive(longest_);
    archive(bytes_);
    archive(long_);
  }

  [[nodiscard]] std::uint64_t hash(const ShortPiece& piece) const noexcept {
    return mix(piece.low ^ seed_, piece.high ^ kHashFactor);
  }

  /// Asks for the memory that find() reads.
  void prefetch(std::uint64_t hash) const noexcept {
    tokenizers::prefetch(short_.data() + first_slot(hash, short_.size()));
  }

  /// The id of a piece, or kNone. @param hash of the piece.
  [[nodiscard]] std::uint32_t find(const ShortPiece& piece, std::uint64_t hash) const noexcept {
    const Slot* slot = short_.data() + first_slot(hash, short_.size());
    while ((slot->low != piece.low || slot->high != piece.high) && slot->id != kNone) {
      slot = slot + 1 == short_.end() ? short_.begin() : slot + 1;
    }
    return slot->id;
  }

  /// The same for any other piece.
  [[nodiscard]] std::uint64_t hash_long(std::string_view piece) const noexcept {
    return hash_bytes(piece, seed_);
  }
  [[nodiscard]] std::uint32_t find_long(std::string_view piece, std::uint64_t hash) const noexcept;

  /// Bytes of the longest piece.
  [[nodiscard]] std::size_t longest() const noexcept { return longest_; }

 private:
  struct Slot {
    std::uint64_t low = 0;
    std::uint32_t high = 0;
    std::uint32_t id = kNone;  // of a slot that is free
  };
  struct LongPiece {
    std::uint32_t begin = 0;
    std::uint32_t length = 0;  // 0: the slot is free
    std::uint32_t id = 0;
  };

  /// The first of the slots that share a cache line, from which the search goes on.
  [[nodiscard]] static std::size_t first_slot(std::uint64_t hash, std::size_t slots) noexcept {
    return static_cast<std::size_t>(((hash >> 32U) * (slots / kLine)) >> 32U) * kLine;
  }
  static constexpr std::size_t kLine = 4;

  void add_short(const Entries& entries);
  void add_long(const Entries& entries);

  std::uint64_t seed_;
  Table<Slot> short_;  // a multiple of kLine, never full
  std::size_t longest_ = 0;
  Table<char> bytes_;
  Table<LongPiece> long_;  // a power of two, never full
};

}  // namespace onnxformers::tokenizers
