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

/// Merges the symbols of a short word: the lowest rank first, the leftmost of equals. Calls
/// put(id, begin, end) for every token. For n symbols n / 4 steps and two look-ups a merge.
template <typename Put>
void merge_short_word(const BpeMerges& merges, std::span<const std::uint32_t> symbols, Put put) {
  constexpr unsigned kPositionBits = 6;
  static_assert(kShortBpeWord == 1U << kPositionBits);
  static_assert(BpeMerges::kBits + kPositionBits < 32);
  constexpr std::size_t kBlock = 16;
  constexpr std::uint32_t kNone = BpeMerges::kNone;
  const std::size_t size = symbols.size();
  std::array<std::uint32_t, kShortBpeWord> ids;   // NOLINT: written before it is read
  std::array<std::uint32_t, kShortBpeWord> keys;  // NOLINT: rank and position of each pair
  const auto key = [&](std::uint32_t left, std::uint32_t right, std::size_t at) {
    const std::uint32_t rank = merges.rank(left, right);
    return rank == kNone ? kNone : rank << kPositionBits | static_cast<std::uint32_t>(at);
  };
  for (std::size_t i = 0; i < size; ++i) {
    ids[i] = symbols[i];
    keys[i] = i + 1 < size ? key(symbols[i], symbols[i + 1], i) : kNone;
  }
  const std::size_t blocks = (size + kBlock - 1) / kBlock;
  std::fill(keys.begin() + static_cast<std::ptrdiff_t>(size),
            keys.begin() + static_cast<std::ptrdiff_t>(blocks * kBlock), kNone);
  std::uint64_t begins = size == kShortBpeWord ? ~std::uint64_t{0} : (std::uint64_t{1} << size) - 1;
  for (;;) {
    std::uint32_t least = kNone;
    for (std::size_t block = 0; block < blocks; ++block) {
      for (std::size_t i = 0; i < kBlock; ++i) {
        least = std::min(least, keys[(block * kBlock) + i]);
      }
    }
    if (least == kNone) {
      break;
    }
    const std::size_t at = least % kShortBpeWord;
    const std::uint64_t behind = begins & (~std::uint64_t{1} << at);
    const auto right = static_cast<std::size_t>(std::countr_zero(behind));
    const std::uint64_t after = behind & (behind - 1);
    const std::uint64_t before = begins & ((std::uint64_t{1} << at) - 1);
    begins &= ~(std::uint64_t{1} << right);
    ids[at] = merges.merged(least >> kPositionBits);
    keys[right] = kNone;
    keys[at] = after == 0
                   ? kNone
                   : key(ids[at], ids[static_cast<std::size_t>(std::countr_zero(after))], at);
    if (before != 0) {
      const auto left = static_cast<std::size_t>(std::bit_width(before) - 1);
      keys[left] = key(ids[left], ids[at], left);
    }
  }
  while (begins != 0) {
    const auto at = static_cast<std::size_t>(std::countr_zero(begins));
    begins &= begins - 1;
    const auto end = begins == 0 ? size : static_cast<std::size_t>(std::countr_zero(begins));
    put(ids[at], at, end);
  }
}

}  // namespace onnxformers::tokenizers
