#include "tokenizers/models/bpe_word.h"

#include <functional>

namespace onnxformers::tokenizers {

namespace {

constexpr std::uint32_t kNone = BpeMerges::kNone;

}  // namespace

LongBpeWord& LongBpeWord::of_thread() {
  static thread_local LongBpeWord word;
  return word;
}

void LongBpeWord::merge(const BpeMerges& merges, std::span<const std::uint32_t> symbols) {
  reset(merges, symbols);
  if (merges.is_ordered()) {
    merge_in_buckets(merges);
  } else {
    merge_in_heap(merges);
  }
}

void LongBpeWord::reset(const BpeMerges& merges, std::span<const std::uint32_t> symbols) {
  const auto size = static_cast<std::uint32_t>(symbols.size());
  ids_.assign(symbols.begin(), symbols.end());
  next_.resize(size);
  previous_.resize(size);
  ranks_.resize(size);
  for (std::uint32_t i = 0; i < size; ++i) {
    next_[i] = i + 1;
    previous_[i] = i - 1;  // kNone at the front
    ranks_[i] = i + 1 < size ? merges.rank(symbols[i], symbols[i + 1]) : kNone;
  }
}

std::uint32_t LongBpeWord::rank_after(const BpeMerges& merges, std::uint32_t at) const {
  return next_[at] < ids_.size() ? merges.rank(ids_[at], ids_[next_[at]]) : kNone;
}

template <typename Push>
void LongBpeWord::merge_at(const BpeMerges& merges, std::uint32_t at, Push push) {
  const std::uint32_t right = next_[at];
  ids_[at] = merges.merged(ranks_[at]);
  next_[at] = next_[right];
  ranks_[right] = kNone;
  if (next_[at] < ids_.size()) {
    previous_[next_[at]] = at;
  }
  ranks_[at] = rank_after(merges, at);
  if (ranks_[at] != kNone) {
    push(ranks_[at], at);
  }
  const std::uint32_t left = previous_[at];
  if (left != kNone) {
    ranks_[left] = rank_after(merges, left);
    if (ranks_[left] != kNone) {
      push(ranks_[left], left);
    }
  }
}

void LongBpeWord::push_bucket(std::uint32_t rank, std::uint32_t at) {
  if (heads_[rank] == 0) {
    rank_heap_.push_back(rank);
    std::ranges::push_heap(rank_heap_, std::greater<>());
  }
  candidates_.push_back({.position = at, .next = heads_[rank]});
  heads_[rank] = static_cast<std::uint32_t>(candidates_.size());
}

/// Moves the bucket of a rank to bucket_, from the left to the right: in a run of equal symbols the
/// leftmost pair comes first.
void LongBpeWord::empty_bucket(std::uint32_t rank) {
  bucket_.clear();
  for (std::uint32_t candidate = heads_[rank]; candidate != 0;
       candidate = candidates_[candidate - 1].next) {
    bucket_.push_back(candidates_[candidate - 1].position);
  }
  heads_[rank] = 0;
  std::ranges::reverse(bucket_);  // mostly they came in order
  if (!std::ranges::is_sorted(bucket_)) {
    std::ranges::sort(bucket_);
  }
}

void LongBpeWord::merge_in_buckets(const BpeMerges& merges) {
  // All heads are 0 between words.
  heads_.resize(std::max<std::size_t>(heads_.size(), merges.size()));
  candidates_.clear();
  for (std::uint32_t i = 0; i < ids_.size(); ++i) {
    if (ranks_[i] != kNone) {
      push_bucket(ranks_[i], i);
    }
  }
  while (!rank_heap_.empty()) {
    std::ranges::pop_heap(rank_heap_, std::greater<>());
    const std::uint32_t rank = rank_heap_.back();
    rank_heap_.pop_back();
    empty_bucket(rank);
    for (const std::uint32_t at : bucket_) {
      if (ranks_[at] == rank) {
        merge_at(merges, at, [this](std::uint32_t r, std::uint32_t i) { push_bucket(r, i); });
      }
    }
  }
}

void LongBpeWord::push_heap(std::uint32_t rank, std::uint32_t at) {
  heap_.push_back(static_cast<std::uint64_t>(rank) << 32U | at);
  std::ranges::push_heap(heap_, std::greater<>());
}

void LongBpeWord::merge_in_heap(const BpeMerges& merges) {
  heap_.clear();
  for (std::uint32_t i = 0; i < ids_.size(); ++i) {
    if (ranks_[i] != kNone) {
      heap_.push_back(static_cast<std::uint64_t>(ranks_[i]) << 32U | i);
    }
  }
  std::ranges::make_heap(heap_, std::greater<>());
  while (!heap_.empty()) {
    std::ranges::pop_heap(heap_, std::greater<>());
    const auto rank = static_cast<std::uint32_t>(heap_.back() >> 32U);
    const auto at = static_cast<std::uint32_t>(heap_.back());
    heap_.pop_back();
    if (ranks_[at] == rank) {
      merge_at(merges, at, [this](std::uint32_t r, std::uint32_t i) { push_heap(r, i); });
    }
  }
}

}  // namespace onnxformers::tokenizers
