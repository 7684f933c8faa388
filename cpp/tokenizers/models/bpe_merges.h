#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "base/table.h"
#include "tokenizers/hash.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// The merges of a BPE model by rank, eight bytes each, and (left id, right id) → rank in a flat
/// hash table of four bytes a slot. Immutable once built.
///
/// A look-up reads one bucket, which is half a cache line: eight tags compared at once, which tell
/// nearly all pairs that are no merge; and the merge that has the tag.
class BpeMerges {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// Ids and ranks are below it.
  static constexpr unsigned kBits = 21;
  static constexpr std::uint32_t kMost = (1U << kBits) - 1;

  struct Merge {
    std::uint32_t left = kNone;
    std::uint32_t right = kNone;
    std::uint32_t merged = kNone;

    /// Whether a rank has no merge.
    [[nodiscard]] bool is_missing() const noexcept { return merged == kNone; }
  };

  /// The merges with ids for ranks, where that leaves their order as it is, as in most trained
  /// models: then a token tells the rank of the merge that makes it.
  [[nodiscard]] static std::vector<Merge> by_id(std::vector<Merge> merges);

  /// @param merges by rank; of a pair that is there twice the later rank counts.
  explicit BpeMerges(const std::vector<Merge>& merges);

  /// Without merges.
  BpeMerges() : BpeMerges(std::vector<Merge>()) {}

  struct Found {
    std::uint32_t rank;
    std::uint32_t merged;
  };

  /// The rank of a pair and what it becomes; kNone, and any number, if it is no merge. No branch
  /// depends on whether it is one, which no processor foresees.
  [[nodiscard]] Found find(std::uint32_t left, std::uint32_t right) const noexcept {
    return find(left, right, likely_rank(left, right));
  }

  /// find() in three steps, of which each asks for the memory that the next one reads: for many
  /// pairs side by side.
  void prefetch(std::uint32_t left, std::uint32_t right) const noexcept {
    const std::uint64_t hash = pair_of(left, right) * factor_;
    tokenizers::prefetch(&buckets_[first_bucket(hash, buckets_.size())]);
  }
  /// Nearly always the rank: that of the slot with the tag of the pair, or else there is none.
  [[nodiscard]] std::uint32_t likely_rank(std::uint32_t left, std::uint32_t right) const noexcept {
    const std::uint64_t pair = pair_of(left, right);
    const std::uint64_t hash = pair * factor_;
    const Bucket& bucket = buckets_[first_bucket(hash, buckets_.size())];
    const unsigned tagged = slots_with(bucket, tag_of(hash));
    // All ones without the tag. By arithmetic, as compilers make a branch of a comparison.
    const auto none = static_cast<std::uint32_t>(static_cast<std::int32_t>(tagged - 1) >> 31U);
    constexpr unsigned kLast = 1U << (kBucketSize - 1);
    const std::uint32_t rank = (bucket.slots[slot_of(tagged | kLast)] & kRankMask) | none;
    if ((none & ~bucket.slots.back()) != 0) [[unlikely]] {
      return find_behind(pair).rank;
    }
    tokenizers::prefetch(&merges_[std::min(rank, size())]);
    return rank;
  }
  [[nodiscard]] Found find(std::uint32_t left, std::uint32_t right,
                           std::uint32_t likely_rank) const noexcept {
    const std::uint64_t pair = pair_of(left, right);
    const std::uint64_t merge = merges_[std::min(likely_rank, size())];
    // All ones if there is one: ranks have fewer bits than kNone.
    const std::uint64_t some = static_cast<std::uint64_t>(likely_rank >> 31U) - 1;
    if (((merge >> kBits ^ pair) & some) != 0) [[unlikely]] {
      return find_behind(pair);
    }
    return {.rank = likely_rank, .merged = static_cast<std::uint32_t>(merge) & kRankMask};
  }

  /// The rank of a pair, or kNone.
  [[nodiscard]] std::uint32_t rank(std::uint32_t left, std::uint32_t right) const noexcept {
    return find(left, right).rank;
  }

  /// Whether a rank has a merge, whose pair has no later one.
  [[nodiscard]] bool is_live(std::uint32_t rank) const noexcept { return merges_[rank] != kNoPair; }

  /// What the pair of a rank becomes, and the pair.
  [[nodiscard]] std::uint32_t merged(std::uint32_t rank) const noexcept {
    return static_cast<std::uint32_t>(merges_[rank]) & kRankMask;
  }
  [[nodiscard]] std::uint32_t left(std::uint32_t rank) const noexcept {
    return static_cast<std::uint32_t>(merges_[rank] >> (2 * kBits));
  }
  [[nodiscard]] std::uint32_t right(std::uint32_t rank) const noexcept {
    return static_cast<std::uint32_t>(merges_[rank] >> kBits) & kRankMask;
  }

  void visit_tables(TableArchive& archive) {
    archive(factor_);
    archive(buckets_);
    archive(merges_);
    archive(is_ordered_);
  }

  /// Number of ranks.
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(merges_.size() - 1);
  }

  /// The merges by rank; that of one whose pair has a later one is missing.
  [[nodiscard]] std::vector<Merge> all() const;

  /// Whether every merge comes after all those that make its parts, as in any trained model: then
  /// a merge never makes one of a lower rank possible.
  [[nodiscard]] bool is_ordered() const noexcept { return is_ordered_; }

 private:
  static constexpr std::size_t kBucketSize = 8;
  static constexpr std::uint32_t kRankMask = kMost;
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;  // no tag is all ones
  static constexpr std::uint64_t kNoPair = ~std::uint64_t{0};

  /// Slots of tag and rank, filled from the front.
  struct alignas(kBucketSize * sizeof(std::uint32_t)) Bucket {
    std::array<std::uint32_t, kBucketSize> slots;
  };

  [[nodiscard]] static std::uint64_t pair_of(std::uint32_t left, std::uint32_t right) noexcept {
    return static_cast<std::uint64_t>(left) << kBits | right;
  }
  [[nodiscard]] static std::size_t first_bucket(std::uint64_t hash, std::size_t buckets) noexcept {
    return static_cast<std::size_t>(((hash >> 32U) * buckets) >> 32U);
  }
  /// In the place it has in a slot.
  [[nodiscard]] static std::uint32_t tag_of(std::uint64_t hash) noexcept {
    const auto tag = static_cast<std::uint32_t>(hash >> 16U) & ~kRankMask;
    return tag == ~kRankMask ? 0 : tag;
  }

  /// A bit for every slot with the tag.
  [[nodiscard]] static unsigned slots_with(const Bucket& bucket, std::uint32_t tag) noexcept {
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi32(static_cast<int>(tag));
    const __m128i mask = _mm_set1_epi32(static_cast<int>(~kRankMask));
    const auto* slots = reinterpret_cast<const __m128i*>(bucket.slots.data());
    const auto equal = [&](__m128i four) {
      return _mm_cmpeq_epi32(_mm_and_si128(four, mask), wanted);
    };
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_packs_epi16(
        _mm_packs_epi32(equal(_mm_load_si128(slots)), equal(_mm_load_si128(slots + 1))),
        _mm_setzero_si128())));
#else
    unsigned found = 0;
    for (std::size_t i = 0; i < kBucketSize; ++i) {
      found |= (bucket.slots[i] & ~kRankMask) == tag ? 1U << i : 0U;
    }
    return found;
#endif
  }
  [[nodiscard]] static std::size_t slot_of(unsigned found) noexcept {
    return static_cast<std::size_t>(std::countr_zero(found));
  }

  /// find() for any pair.
  [[nodiscard]] Found find_behind(std::uint64_t pair) const noexcept;
  void insert(std::uint32_t rank, std::vector<Bucket>& buckets,
              std::vector<std::uint64_t>& merges) const;

  std::uint64_t factor_;
  Table<Bucket> buckets_;        // never all full
  Table<std::uint64_t> merges_;  // left, right and merged, kBits each; the last is kNoPair
  bool is_ordered_;
};

}  // namespace onnxformers::tokenizers
