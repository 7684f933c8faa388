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
inline constexpr std::size_t kShortBpeWord = 62;

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
/// steps for n symbols, and looks up the two new pairs, without a branch: before and behind the
/// word are neighbours that merge with nothing.
class ShortBpeWord {
 public:
  /// @param symbols at most kShortBpeWord.
  void start(const BpeMerges& merges, std::span<const std::uint32_t> symbols) {
    size_ = symbols.size();
    blocks_ = (size_ / kBlock) + 1;
    std::fill_n(keys_.begin(), blocks_ * kBlock, kNoKey);
    ids_[0] = kEdge;
    std::ranges::copy(symbols, ids_.begin() + 1);
    ids_[size_ + 1] = kEdge;
    begins_ = ~std::uint64_t{0} >> (kShortBpeWord - size_);
    is_new_ = true;
    for (std::size_t i = 1; i < size_; ++i) {
      merges.prefetch(ids_[i], ids_[i + 1]);
    }
  }

  /// Looks up the new pairs, as far as that goes without a wait.
  void look_up(const BpeMerges& merges) {
    if (is_new_) [[unlikely]] {
      for (std::size_t i = 1; i < size_; ++i) {
        keys_[i] = merges.likely_rank(ids_[i], ids_[i + 1]);
      }
    } else {
      keys_[at_] = merges.likely_rank(ids_[at_], right_id_);
      keys_[before_] = merges.likely_rank(left_id_, ids_[at_]);
    }
  }

  /// Whether there was one more merge. After look_up().
  bool merge_one(const BpeMerges& merges) {
    set_new_pairs(merges);
    const std::uint32_t least = least_key();
    if (least >= kNoKey) {
      return false;
    }
    at_ = least & kPositionMask;
    const std::uint64_t behind = begins_ & (~std::uint64_t{1} << at_);
    const std::uint64_t after = behind & (behind - 1);
    before_ =
        static_cast<std::size_t>(std::bit_width(begins_ & ((std::uint64_t{1} << at_) - 1)) - 1);
    keys_[first(behind)] = kNoKey;
    begins_ ^= behind ^ after;
    ids_[at_] = merged_[at_];
    right_id_ = ids_[first(after)];
    left_id_ = ids_[before_];
    merges.prefetch(ids_[at_], right_id_);
    merges.prefetch(left_id_, ids_[at_]);
    return true;
  }

  /// Calls put(id, begin, end) for every token; begin and end count symbols.
  template <typename Put>
  void for_each(Put put) const {
    std::uint64_t begins = begins_ & (begins_ - 1);
    for (std::size_t at = first(begins); ids_[at] != kEdge;) {
      begins &= begins - 1;
      const std::size_t end = first(begins);
      put(ids_[at], at - 1, end - 1);
      at = end;
    }
  }

 private:
  static constexpr unsigned kPositionBits = 6;
  static constexpr std::uint32_t kPositionMask = (1U << kPositionBits) - 1;
  static constexpr std::uint32_t kNoKey = BpeMerges::kNone << kPositionBits;
  static constexpr std::uint32_t kEdge = BpeMerges::kMost;  // no token has it
  static_assert(kShortBpeWord + 2 == 1U << kPositionBits);
  static_assert(BpeMerges::kBits + kPositionBits < 32);
  static constexpr std::size_t kBlock = 16;

  [[nodiscard]] static std::size_t first(std::uint64_t set) {
    return static_cast<std::size_t>(std::countr_zero(set));
  }

  void set_new_pairs(const BpeMerges& merges) {
    if (is_new_) [[unlikely]] {
      for (std::size_t i = 1; i < size_; ++i) {
        set_pair(i, merges.find(ids_[i], ids_[i + 1], keys_[i]));
      }
      is_new_ = false;
    } else {
      set_pair(at_, merges.find(ids_[at_], right_id_, keys_[at_]));
      set_pair(before_, merges.find(left_id_, ids_[at_], keys_[before_]));
    }
  }
  void set_pair(std::size_t at, const BpeMerges::Found& found) {
    keys_[at] = found.rank << kPositionBits | static_cast<std::uint32_t>(at);
    merged_[at] = found.merged;
  }

  [[nodiscard]] std::uint32_t least_key() const {
    std::uint32_t least = kNoKey;
    for (std::size_t block = 0; block < blocks_; ++block) {
      for (std::size_t i = 0; i < kBlock; ++i) {
        least = std::min(least, keys_[(block * kBlock) + i]);
      }
    }
    return least;
  }

  // The first symbol is at 1; before it and behind the last one is kEdge.
  std::size_t size_ = 0;
  std::size_t blocks_ = 0;
  std::uint64_t begins_ = 0;  // a bit for every token that begins
  bool is_new_ = true;        // all pairs are; else those of the token at at_
  std::size_t at_ = 0;
  std::size_t before_ = 0;
  std::uint32_t right_id_ = 0;
  std::uint32_t left_id_ = 0;
  // Written before they are read.
  std::array<std::uint32_t, kShortBpeWord + 2> keys_;    // rank and position of each pair
  std::array<std::uint32_t, kShortBpeWord + 2> ids_;     // of tokens, where they begin
  std::array<std::uint32_t, kShortBpeWord + 2> merged_;  // what the pair becomes
};

/// Merges at most kShortBpeWord symbols; put as in for_each().
template <typename Put>
void merge_short_word(const BpeMerges& merges, std::span<const std::uint32_t> symbols, Put put) {
  ShortBpeWord word;
  word.start(merges, symbols);
  do {
    word.look_up(merges);
  } while (word.merge_one(merges));
  word.for_each(put);
}

/// Short words that are merged in turns: while one waits for memory the others go on.
class ShortBpeWords {
 public:
  static constexpr std::size_t kMost = 8;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  void clear() noexcept { size_ = 0; }
  /// @param symbols at most kShortBpeWord.
  void add(const BpeMerges& merges, std::span<const std::uint32_t> symbols) {
    words_[size_++].start(merges, symbols);
  }
  [[nodiscard]] const ShortBpeWord& operator[](std::size_t word) const { return words_[word]; }

  void merge(const BpeMerges& merges) {
    std::array<ShortBpeWord*, kMost> open;
    for (std::size_t i = 0; i < size_; ++i) {
      open[i] = &words_[i];
    }
    for (std::size_t count = size_; count != 0;) {
      for (std::size_t i = 0; i < count; ++i) {
        open[i]->look_up(merges);
      }
      std::size_t left = 0;
      for (std::size_t i = 0; i < count; ++i) {
        open[left] = open[i];
        left += open[i]->merge_one(merges) ? 1 : 0;
      }
      count = left;
    }
  }

 private:
  std::array<ShortBpeWord, kMost> words_;
  std::size_t size_ = 0;
};

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
