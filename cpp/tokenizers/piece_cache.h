#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/thread_kept.h"
#include "tokenizers/piece_table.h"

namespace onnxformers::tokenizers {

/// The ids of pieces of several tokens that a thread met last: words come again and again, and a
/// look-up is a fraction of a merge. Two places for a hash, an entry to a cache line, two
/// megabytes.
class PieceCache {
 public:
  static constexpr std::size_t kMaxTokens = 11;

  struct alignas(64) Entry {
    std::uint64_t low = 0;
    std::uint32_t high = 0;
    std::uint32_t owner = 0;  ///< 0: nothing is here
    std::uint32_t count = 0;
    std::array<std::uint32_t, kMaxTokens> ids{};

    [[nodiscard]] bool is_of(std::uint32_t tokenizer, const ShortPiece& piece) const noexcept {
      return low == piece.low && high == piece.high && owner == tokenizer;
    }
    void set(std::uint32_t tokenizer, const ShortPiece& piece,
             std::span<const std::uint32_t> tokens) noexcept {
      low = piece.low;
      high = piece.high;
      owner = tokenizer;
      count = static_cast<std::uint32_t>(tokens.size());
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        ids[i] = tokens[i];
      }
    }
  };

  /// That of this thread.
  static PieceCache& get() { return ThreadKept<PieceCache>::get(); }

  /// Asks for the memory that find() reads.
  void prefetch(std::uint64_t hash) const noexcept {
    const Entry* const entry = &entries_[first_of(hash)];
    tokenizers::prefetch(entry);
    tokenizers::prefetch(entry + 1);
  }

  /// The ids of a piece, or nothing (no piece has no ids). Behind the ids is the rest of an array
  /// of kMaxTokens.
  [[nodiscard]] std::span<const std::uint32_t> find(std::uint32_t owner, const ShortPiece& piece,
                                                    std::uint64_t hash) const noexcept {
    const Entry* entry = &entries_[first_of(hash)];
    entry += entry->is_of(owner, piece) ? 0 : 1;
    return entry->is_of(owner, piece) ? std::span(entry->ids).first(entry->count)
                                      : std::span<const std::uint32_t>();
  }

  /// In the place of the one that has been there longest. @param ids at most kMaxTokens.
  void add(std::uint32_t owner, const ShortPiece& piece, std::uint64_t hash,
           std::span<const std::uint32_t> ids) noexcept {
    const std::size_t first = first_of(hash);
    entries_[first + 1] = entries_[first];
    entries_[first].set(owner, piece, ids);
  }

 private:
  static constexpr std::size_t kEntries = 32768;

  friend ThreadKept<PieceCache>;
  PieceCache() : entries_(kEntries) {}

  [[nodiscard]] static std::size_t first_of(std::uint64_t hash) noexcept {
    return hash % kEntries & ~std::size_t{1};
  }

  std::vector<Entry> entries_;
};

/// The same for longer pieces, as scripts of two or three bytes a letter have many:
/// one after the other in a block of at most two megabytes that begins anew when it is full, found
/// by a table with four places for a hash.
class LongPieceCache {
 public:
  static constexpr std::size_t kMaxBytes = 64;
  static constexpr std::size_t kMaxTokens = 64;

  /// That of this thread.
  static LongPieceCache& get() { return ThreadKept<LongPieceCache>::get(); }

  /// Asks for the memory that find() reads first.
  void prefetch(std::uint64_t hash) const noexcept {
    tokenizers::prefetch(&sets_[hash >> (64U - kSetBits)]);
  }

  /// The ids of a piece of at most kMaxBytes, or nothing (no piece has no ids).
  [[nodiscard]] std::span<const std::uint32_t> find(std::uint32_t owner, std::string_view piece,
                                                    std::uint64_t hash) const noexcept;

  /// @param ids at most kMaxTokens.
  void add(std::uint32_t owner, std::string_view piece, std::uint64_t hash,
           std::span<const std::uint32_t> ids);

 private:
  static constexpr unsigned kSetBits = 13;
  static constexpr std::size_t kWays = 4;
  static constexpr std::size_t kMostWords = std::size_t{1} << 19U;

  struct Slot {
    std::uint32_t tag = 0;    // of the hash
    std::uint32_t begin = 0;  // of the entry in words_, 0 for none
  };
  using Set = std::array<Slot, kWays>;  // the latest first
  // An entry: owner, number of bytes and of ids, the bytes filled up to whole words, the ids.
  static constexpr std::size_t kHead = 2;

  friend ThreadKept<LongPieceCache>;
  LongPieceCache() : sets_(std::size_t{1} << kSetBits) { words_.push_back(0); }

  [[nodiscard]] static std::size_t words_of(std::size_t bytes) noexcept {
    return (bytes + sizeof(std::uint32_t) - 1) / sizeof(std::uint32_t);
  }
  [[nodiscard]] static std::uint32_t counts(std::size_t bytes, std::size_t ids) noexcept {
    return static_cast<std::uint32_t>(bytes << 16U | ids);
  }

  std::vector<Set> sets_;
  std::vector<std::uint32_t> words_;
};

}  // namespace onnxformers::tokenizers
