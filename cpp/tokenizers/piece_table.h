#pragma once

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
#include "tokenizers/models/short_words.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// Whole pieces of a text, as raw bytes, and their ids. Immutable once built.
///
/// One probe for pieces of at most 16 bytes, which are nearly all; others take a hash of all their
/// bytes.
class PieceTable {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// @param entries pieces, each once; none is empty.
  explicit PieceTable(const std::vector<std::pair<std::string_view, std::uint32_t>>& entries);

  /// Empty, for visit_tables() to fill.
  PieceTable() : PieceTable(std::vector<std::pair<std::string_view, std::uint32_t>>()) {}

  void visit_tables(TableArchive& archive) {
    archive(seed_);
    archive(short_);
    archive(mask_);
    archive(shift_);
    archive(longest_);
    archive(bytes_);
    archive(long_);
  }

  /// A piece of at most 16 bytes. @param readable how many bytes may be read from its first one on.
  [[nodiscard]] static ShortWord load(std::string_view piece, std::size_t readable) noexcept {
    static_assert(std::endian::native == std::endian::little, "keeps the low bytes");
    if (readable < ShortWord::kMaxBytes) {
      return ShortWords::load(piece);
    }
    ShortWord word;
    std::memcpy(&word.low, piece.data(), sizeof(word.low));
    std::memcpy(&word.high, piece.data() + sizeof(word.low), sizeof(word.high));
    const Mask& mask = kMasks[piece.size()];
    word.low &= mask.low;
    word.high &= mask.high;
    word.length = static_cast<std::uint32_t>(piece.size());
    return word;
  }

  [[nodiscard]] std::uint64_t hash(const ShortWord& word) const noexcept {
    return mix(word.low ^ seed_, word.high ^ kHashFactor);
  }

  /// The id of a piece, or kNone. @param hash of the piece.
  [[nodiscard]] std::uint32_t find(const ShortWord& word, std::uint64_t hash) const noexcept {
    for (std::size_t slot = hash >> shift_;; slot = (slot + 1) & mask_) {
      const ShortPiece& here = short_[slot];
      if (here.low == word.low && here.high == word.high && here.length == word.length) {
        return here.id;
      }
      if (here.length == 0) {
        return kNone;
      }
    }
  }

  /// The same for a piece of more than 16 bytes.
  [[nodiscard]] std::uint64_t hash_long(std::string_view piece) const noexcept {
    return hash_bytes(piece, seed_);
  }
  [[nodiscard]] std::uint32_t find_long(std::string_view piece, std::uint64_t hash) const noexcept;

  /// Bytes of the longest piece.
  [[nodiscard]] std::size_t longest() const noexcept { return longest_; }

 private:
  struct ShortPiece {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint32_t length = 0;  // 0: the slot is free
    std::uint32_t id = kNone;
  };
  struct LongPiece {
    std::uint32_t begin = 0;
    std::uint32_t length = 0;  // 0: the slot is free
    std::uint32_t id = 0;
  };

  struct Mask {
    std::uint64_t low;
    std::uint64_t high;
  };
  /// By number of bytes: the bits of a word that has so many.
  static constexpr std::array<Mask, ShortWord::kMaxBytes + 1> kMasks = [] {
    constexpr std::uint64_t kAll = ~std::uint64_t{0};
    std::array<Mask, ShortWord::kMaxBytes + 1> masks{};
    for (unsigned size = 1; size < masks.size(); ++size) {
      masks[size].low = size >= 8 ? kAll : kAll >> (64U - (8U * size));
      masks[size].high = size <= 8 ? 0 : kAll >> (128U - (8U * size));
    }
    return masks;
  }();

  void add_long(std::string_view piece, std::uint32_t id);

  std::uint64_t seed_;
  Table<ShortPiece> short_;
  std::size_t mask_;
  unsigned shift_;
  std::size_t longest_ = 0;
  std::string bytes_;
  std::vector<LongPiece> long_;
};

}  // namespace onnxformers::tokenizers
