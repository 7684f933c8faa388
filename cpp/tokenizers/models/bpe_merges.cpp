#include "tokenizers/models/bpe_merges.h"

#include <algorithm>
#include <functional>

#include "tokenizers/hash.h"

namespace onnxformers::tokenizers {

namespace {

bool are_ordered(const std::vector<BpeMerges::Merge>& merges) {
  std::uint32_t highest = 0;
  for (const auto& merge : merges) {
    if (!merge.is_missing()) {
      highest = std::max({highest, merge.left, merge.right, merge.merged});
    }
  }
  std::vector<std::uint32_t> made_by(std::size_t{highest} + 1);  // rank + 1 of the last one
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    if (!merges[rank].is_missing()) {
      made_by[merges[rank].merged] = rank + 1;
    }
  }
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    if (!merges[rank].is_missing() &&
        std::max(made_by[merges[rank].left], made_by[merges[rank].right]) > rank) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::vector<BpeMerges::Merge> BpeMerges::by_id(std::vector<Merge> merges) {
  constexpr std::size_t kMostGaps = 4096;
  const bool rises =
      std::ranges::adjacent_find(merges, std::greater_equal<>(), &Merge::merged) == merges.end();
  if (merges.empty() || !rises || merges.back().merged > merges.size() + kMostGaps) {
    return merges;
  }
  std::vector<Merge> ranked(merges.back().merged + std::size_t{1});
  for (const Merge& merge : merges) {
    ranked[merge.merged] = merge;
  }
  return ranked;
}

BpeMerges::BpeMerges(const std::vector<Merge>& merges)
    : factor_(hash_seed() | 1U), is_ordered_(are_ordered(merges)) {
  constexpr std::size_t kMean = 5;  // slots in use of a bucket
  Bucket free{};
  free.slots.fill(kFree);
  std::vector<Bucket> buckets((merges.size() / kMean) + 1, free);
  std::vector<std::uint64_t> packed;
  packed.reserve(merges.size() + 1);
  for (const Merge& merge : merges) {
    if (merge.is_missing()) {
      packed.push_back(kNoPair);
      continue;
    }
    packed.push_back(pair_of(merge.left, merge.right) << kBits | merge.merged);
    insert(static_cast<std::uint32_t>(packed.size() - 1), buckets, packed);
  }
  packed.push_back(kNoPair);
  buckets_ = std::move(buckets);
  merges_ = std::move(packed);
}

void BpeMerges::insert(std::uint32_t rank, std::vector<Bucket>& buckets,
                       std::vector<std::uint64_t>& merges) const {
  const std::uint64_t pair = merges[rank] >> kBits;
  const std::uint64_t hash = pair * factor_;
  const std::uint32_t mine = tag_of(hash) | rank;
  Bucket* bucket = buckets.data() + first_bucket(hash, buckets.size());
  for (;;) {
    for (std::uint32_t& slot : bucket->slots) {
      if (slot == kFree) {
        slot = mine;
        return;
      }
      std::uint64_t& other = merges[slot & kRankMask];
      if ((slot ^ mine) <= kRankMask && other >> kBits == pair) {
        other = kNoPair;
        slot = mine;
        return;
      }
    }
    bucket = bucket == &buckets.back() ? buckets.data() : bucket + 1;
  }
}

BpeMerges::Found BpeMerges::find_behind(std::uint64_t pair) const noexcept {
  const std::uint64_t hash = pair * factor_;
  const Bucket* bucket = buckets_.data() + first_bucket(hash, buckets_.size());
  for (;;) {
    for (unsigned found = slots_with(*bucket, tag_of(hash)); found != 0; found &= found - 1) {
      const std::uint32_t rank = bucket->slots[slot_of(found)] & kRankMask;
      if (merges_[rank] >> kBits == pair) {
        return {.rank = rank, .merged = merged(rank)};
      }
    }
    if (bucket->slots.back() == kFree) {
      return {.rank = kNone, .merged = kNone};
    }
    bucket = bucket + 1 == buckets_.end() ? buckets_.data() : bucket + 1;
  }
}

std::vector<BpeMerges::Merge> BpeMerges::all() const {
  std::vector<Merge> merges(size());
  for (std::uint32_t rank = 0; rank < size(); ++rank) {
    if (merges_[rank] != kNoPair) {
      merges[rank] = {.left = left(rank), .right = right(rank), .merged = merged(rank)};
    }
  }
  return merges;
}

}  // namespace onnxformers::tokenizers
