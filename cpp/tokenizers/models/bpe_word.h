#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tokenizers/models/bpe_merges.h"

namespace onnxformers::tokenizers {

/// Words of at most this many symbols are merged in an array.
inline constexpr std::size_t kShortBpeWord = 64;

/// Merges the symbols of a long word in place. The buffers are kept from word to word.
///
/// Candidates wait in a bucket for each rank, the ranks in a heap: O(n + r log r) for n symbols and
/// r different ranks. Where a merge may make one of a lower rank possible all candidates are in one
/// heap: O(n log n).
class LongBpeWord {
 public:
  /// The one of this thread.
  [[nodiscard]] static LongBpeWord& of_thread();

  void merge(const BpeMerges& merges, std::span<const std::uint32_t> symbols);

  /// Calls put(id, begin, end) for every token; begin and end count symbols.
  template <typename Put>
  void for_each(Put put) const {
    for (std::uint32_t at = 0; at < ids_.size(); at = next_[at]) {
      put(ids_[at], at, next_[at]);
    }
  }

 private:
  struct Candidate {
    std::uint32_t position;
    std::uint32_t next;  ///< in its bucket, as in heads_
  };

  void merge_in_buckets(const BpeMerges& merges);
  void merge_in_heap(const BpeMerges& merges);
  void reset(const BpeMerges& merges, std::span<const std::uint32_t> symbols);
  void empty_bucket(std::uint32_t rank);
  [[nodiscard]] std::uint32_t rank_after(const BpeMerges& merges, std::uint32_t at) const;
  template <typename Push>
  void merge_at(const BpeMerges& merges, std::uint32_t at, Push push);
  void push_bucket(std::uint32_t rank, std::uint32_t at);
  void push_heap(std::uint32_t rank, std::uint32_t at);

  std::vector<std::uint32_t> ids_;
  std::vector<std::uint32_t> next_;      // where the next token begins
  std::vector<std::uint32_t> previous_;  // where the one before begins; kNone at the front
  std::vector<std::uint32_t> ranks_;     // of the pair that begins here; kNone within a token
  std::vector<Candidate> candidates_;
  std::vector<std::uint32_t> heads_;  // by rank: 1 + the candidate pushed last
  std::vector<std::uint32_t> rank_heap_;
  std::vector<std::uint32_t> bucket_;
  std::vector<std::uint64_t> heap_;  // rank and position
};

/// A short word while it is merged: pairs of neighbours with their ranks, all in place.
///
/// Each merge takes the least of the keys, the lowest rank and of equals the leftmost, in n / 4
/// steps for n symbols, and two look-ups. What a pair becomes is read as soon as the pair is there,
/// so that the merge need not wait for it.
class ShortBpeWord {
 public:
  explicit ShortBpeWord(const BpeMerges& merges) : merges_(merges) {}

  /// @param symbols at most kShortBpeWord.
  /// @param rank_of ranks of the pairs (i, i + 1) by i, or BpeMerges::kNone.
  template <typename RankOf>
  void start(std::span<const std::uint32_t> symbols, RankOf rank_of) {
    size_ = symbols.size();
    for (std::size_t i = 0; i + 1 < size_; ++i) {
      ids_[i] = symbols[i];
      set(i, rank_of(i));
    }
    blocks_ = (size_ + kBlock - 1) / kBlock;
    if (size_ != 0) {
      ids_[size_ - 1] = symbols[size_ - 1];
      std::fill(keys_.begin() + static_cast<std::ptrdiff_t>(size_ - 1),
                keys_.begin() + static_cast<std::ptrdiff_t>(blocks_ * kBlock), kNone);
    }
    begins_ = size_ == kShortBpeWord ? ~std::uint64_t{0} : (std::uint64_t{1} << size_) - 1;
  }

  void merge() {
    for (std::uint32_t least = least_key(); least != kNone; least = least_key()) {
      const std::size_t at = least % kShortBpeWord;
      const std::uint64_t behind = begins_ & (~std::uint64_t{1} << at);
      const std::uint64_t after = behind & (behind - 1);
      const std::uint64_t before = begins_ & ((std::uint64_t{1} << at) - 1);
      keys_[first(behind)] = kNone;
      begins_ ^= behind ^ after;
      const std::uint32_t id = merged_[at];
      ids_[at] = id;
      if (after != 0) {
        set(at, merges_.rank(id, ids_[first(after)]));
      } else {
        keys_[at] = kNone;
      }
      if (before != 0) {
        const auto left = static_cast<std::size_t>(std::bit_width(before) - 1);
        set(left, merges_.rank(ids_[left], id));
      }
    }
  }

  /// Calls put(id, begin, end) for every token; begin and end count symbols.
  template <typename Put>
  void for_each(Put put) const {
    for (std::uint64_t begins = begins_; begins != 0;) {
      const std::size_t at = first(begins);
      begins &= begins - 1;
      put(ids_[at], at, begins == 0 ? size_ : first(begins));
    }
  }

 private:
  static constexpr std::uint32_t kNone = BpeMerges::kNone;
  static constexpr unsigned kPositionBits = 6;
  static_assert(kShortBpeWord == 1U << kPositionBits);
  static_assert(BpeMerges::kBits + kPositionBits < 32);
  static constexpr std::size_t kBlock = 16;

  [[nodiscard]] static std::size_t first(std::uint64_t set) {
    return static_cast<std::size_t>(std::countr_zero(set));
  }

  void set(std::size_t at, std::uint32_t rank) {
    const bool fits = rank != kNone;
    keys_[at] = fits ? rank << kPositionBits | static_cast<std::uint32_t>(at) : kNone;
    merged_[at] = merges_.merged(fits ? rank : 0);
  }

  [[nodiscard]] std::uint32_t least_key() const {
    std::uint32_t least = kNone;
    for (std::size_t block = 0; block < blocks_; ++block) {
      for (std::size_t i = 0; i < kBlock; ++i) {
        least = std::min(least, keys_[(block * kBlock) + i]);
      }
    }
    return least;
  }

  const BpeMerges& merges_;
  std::size_t size_ = 0;
  std::size_t blocks_ = 0;
  std::uint64_t begins_ = 0;  // a bit for every token that begins
  // Written before they are read.
  std::array<std::uint32_t, kShortBpeWord> keys_;    // rank and position of each pair
  std::array<std::uint32_t, kShortBpeWord> ids_;     // of tokens, where they begin
  std::array<std::uint32_t, kShortBpeWord> merged_;  // what the pair becomes
};

/// Merges at most kShortBpeWord symbols; put as in for_each().
template <typename Put>
void merge_short_word(const BpeMerges& merges, std::span<const std::uint32_t> symbols, Put put) {
  ShortBpeWord word(merges);
  word.start(symbols, [&](std::size_t i) { return merges.rank(symbols[i], symbols[i + 1]); });
  word.merge();
  word.for_each(put);
}

/// Merges the symbols of a word of any length; put as in for_each().
template <typename Put>
void merge_bpe_word(const BpeMerges& merges, std::span<const std::uint32_t> symbols, Put put) {
  if (symbols.size() > kShortBpeWord) {
    LongBpeWord& word = LongBpeWord::of_thread();
    word.merge(merges, symbols);
    word.for_each(put);
  } else {
    merge_short_word(merges, symbols, put);
  }
}

}  // namespace onnxformers::tokenizers
