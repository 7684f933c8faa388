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
    : factor_(hash_seed() | 1U),
      slots_(std::max<std::size_t>(merges.size() * 2, 2), kFree),
      is_ordered_(are_ordered(merges)) {
  merged_.reserve(merges.size());
  for (const Merge& merge : merges) {
    const std::uint64_t key = key_of(merge.left, merge.right);
    std::size_t slot = first_slot(key);
    while (slots_[slot] != kFree && slots_[slot] >> kBits != key) {
      slot = next_slot(slot);
    }
    slots_[slot] = key << kBits | merged_.size();
    merged_.push_back(merge.merged);
  }
}

}  // namespace onnxformers::tokenizers
