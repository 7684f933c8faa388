#include "tokenizers/models/bpe_merges.h"

#include <algorithm>

#include "tokenizers/hash.h"

namespace onnxformers::tokenizers {

namespace {

bool are_ordered(const std::vector<BpeMerges::Merge>& merges) {
  std::uint32_t highest = 0;
  for (const auto& merge : merges) {
    highest = std::max({highest, merge.left, merge.right, merge.merged});
  }
  std::vector<std::uint32_t> made_by(std::size_t{highest} + 1);  // rank + 1 of the last one
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    made_by[merges[rank].merged] = rank + 1;
  }
  for (std::uint32_t rank = 0; rank < merges.size(); ++rank) {
    if (std::max(made_by[merges[rank].left], made_by[merges[rank].right]) > rank) {
      return false;
    }
  }
  return true;
}

}  // namespace

BpeMerges::BpeMerges(const std::vector<Merge>& merges)
    : factor_(hash_seed() | 1U), is_ordered_(are_ordered(merges)) {
  std::vector<Bucket> buckets((merges.size() / 2) + 1);
  std::vector<std::uint32_t> merged;
  merged.reserve(merges.size() + 1);
  for (const Merge& merge : merges) {
    merged.push_back(merge.merged);
    insert(key_of(merge.left, merge.right), merged.size(), buckets);
  }
  merged.push_back(kNone);
  buckets_ = std::move(buckets);
  merged_ = std::move(merged);
}

void BpeMerges::insert(std::uint64_t key, std::uint64_t value, std::vector<Bucket>& buckets) const {
  Bucket* bucket = buckets.data() + first_bucket(key, buckets.size());
  for (;;) {
    for (std::uint64_t& slot : bucket->slots) {
      if (slot == 0 || slot >> kBits == key) {
        slot = key << kBits | value;
        return;
      }
    }
    bucket = bucket == &buckets.back() ? buckets.data() : bucket + 1;
  }
}

std::vector<BpeMerges::Merge> BpeMerges::all() const {
  std::vector<Merge> merges(size(), {.left = kNone, .right = kNone, .merged = kNone});
  for (const Bucket& bucket : buckets_) {
    for (const std::uint64_t slot : bucket.slots) {
      if (slot != 0) {
        const auto rank = static_cast<std::uint32_t>(slot & kRankMask) - 1;
        merges[rank] = {
            .left = static_cast<std::uint32_t>(slot >> (2 * kBits)),
            .right = static_cast<std::uint32_t>((slot >> kBits) & kRankMask),
            .merged = merged_[rank],
        };
      }
    }
  }
  return merges;
}

}  // namespace onnxformers::tokenizers
