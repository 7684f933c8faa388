#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/table.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// The merges of a BPE model: (left id, right id) → rank in a flat hash table of 8 bytes a slot,
/// and rank → merged id. Immutable once built.
///
/// A look-up reads one bucket, which is half a cache line, without a branch on what it finds.
class BpeMerges {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// Ids and ranks are below it.
  static constexpr unsigned kBits = 21;
  static constexpr std::uint32_t kMost = (1U << kBits) - 1;

  struct Merge {
    std::uint32_t left;
    std::uint32_t right;
    std::uint32_t merged;
  };

  /// @param merges by rank; of a pair that is there twice the later rank counts.
  explicit BpeMerges(const std::vector<Merge>& merges);

  /// Without merges.
  BpeMerges() : BpeMerges(std::vector<Merge>()) {}

  /// The rank of a pair, or kNone.
  [[nodiscard]] std::uint32_t rank(std::uint32_t left, std::uint32_t right) const noexcept {
    const std::uint64_t key = key_of(left, right);
    const Bucket* bucket = buckets_.data() + first_bucket(key, buckets_.size());
    std::uint32_t found = find_in(*bucket, key);
    while (bucket->slots.back() != 0 && found == 0) [[unlikely]] {  // it is full: there may be more
      bucket = next_bucket(bucket);
      found = find_in(*bucket, key);
    }
    return found - 1;
  }

  /// What the pair of a rank becomes; of size() too, which is no rank.
  [[nodiscard]] std::uint32_t merged(std::uint32_t rank) const noexcept { return merged_[rank]; }

  void visit_tables(TableArchive& archive) {
    archive(factor_);
    archive(buckets_);
    archive(merged_);
    archive(is_ordered_);
  }

  /// Number of ranks.
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(merged_.size() - 1);
  }

  /// The merges by rank; ids of kNone for a rank whose pair has a later one.
  [[nodiscard]] std::vector<Merge> all() const;

  /// Whether every merge comes after all those that make its parts, as in any trained model: then
  /// a merge never makes one of a lower rank possible.
  [[nodiscard]] bool is_ordered() const noexcept { return is_ordered_; }

 private:
  static constexpr std::size_t kBucketSize = 4;
  static constexpr std::uint64_t kRankMask = (std::uint64_t{1} << kBits) - 1;

  /// Slots of left, right and rank + 1, kBits each; filled from the front, 0 is free.
  struct alignas(kBucketSize * sizeof(std::uint64_t)) Bucket {
    std::array<std::uint64_t, kBucketSize> slots{};
  };

  [[nodiscard]] static std::uint64_t key_of(std::uint32_t left, std::uint32_t right) noexcept {
    return static_cast<std::uint64_t>(left) << kBits | right;
  }
  [[nodiscard]] std::size_t first_bucket(std::uint64_t key, std::size_t buckets) const noexcept {
    const std::uint64_t hash = (key * factor_) >> 32U;
    return static_cast<std::size_t>((hash * buckets) >> 32U);
  }
  [[nodiscard]] const Bucket* next_bucket(const Bucket* bucket) const noexcept {
    return bucket + 1 == buckets_.end() ? buckets_.data() : bucket + 1;
  }
  /// rank + 1, or 0.
  [[nodiscard]] static std::uint32_t find_in(const Bucket& bucket, std::uint64_t key) noexcept {
    std::uint64_t found = 0;
    for (const std::uint64_t slot : bucket.slots) {
      found |= (slot >> kBits == key ? ~std::uint64_t{0} : 0) & slot;
    }
    return static_cast<std::uint32_t>(found & kRankMask);
  }

  void insert(std::uint64_t key, std::uint64_t value, std::vector<Bucket>& buckets) const;

  std::uint64_t factor_;
  Table<Bucket> buckets_;  // never all full
  Table<std::uint32_t> merged_;
  bool is_ordered_;
};

}  // namespace onnxformers::tokenizers
