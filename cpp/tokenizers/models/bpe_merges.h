#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace onnxformers::tokenizers {

/// The merges of a BPE model: (left id, right id) → rank in a flat hash table of 8 bytes a slot,
/// and rank → merged id. Immutable once built.
///
/// A look-up is one probe, mostly of one cache line.
class BpeMerges {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  /// Ids and ranks are below it.
  static constexpr unsigned kBits = 21;
  static constexpr std::uint32_t kMost = 1U << kBits;

  struct Merge {
    std::uint32_t left;
    std::uint32_t right;
    std::uint32_t merged;
  };

  /// @param merges by rank; of a pair that is there twice the later rank counts.
  explicit BpeMerges(const std::vector<Merge>& merges);

  /// The rank of a pair, or kNone.
  [[nodiscard]] std::uint32_t rank(std::uint32_t left, std::uint32_t right) const noexcept {
    const std::uint64_t key = key_of(left, right);
    for (std::size_t slot = first_slot(key);; slot = next_slot(slot)) {
      const std::uint64_t found = slots_[slot];
      if (found >> kBits == key) {
        return static_cast<std::uint32_t>(found) & (kMost - 1);
      }
      if (found == kFree) {
        return kNone;
      }
    }
  }

  /// What the pair of a rank becomes.
  [[nodiscard]] std::uint32_t merged(std::uint32_t rank) const noexcept { return merged_[rank]; }

  /// Number of ranks.
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(merged_.size());
  }

  /// Whether every merge comes after all those that make its parts, as in any trained model: then
  /// a merge never makes one of a lower rank possible.
  [[nodiscard]] bool is_ordered() const noexcept { return is_ordered_; }

 private:
  static constexpr std::uint64_t kFree = ~std::uint64_t{0};  // no entry has that many bits

  [[nodiscard]] static std::uint64_t key_of(std::uint32_t left, std::uint32_t right) noexcept {
    return static_cast<std::uint64_t>(left) << kBits | right;
  }
  [[nodiscard]] std::size_t first_slot(std::uint64_t key) const noexcept {
    const std::uint64_t hash = (key * factor_) >> 32U;
    return static_cast<std::size_t>((hash * slots_.size()) >> 32U);
  }
  [[nodiscard]] std::size_t next_slot(std::size_t slot) const noexcept {
    return slot + 1 == slots_.size() ? 0 : slot + 1;
  }

  std::uint64_t factor_;
  std::vector<std::uint64_t> slots_;  // left, right and rank, kBits each
  std::vector<std::uint32_t> merged_;
  bool is_ordered_;
};

}  // namespace onnxformers::tokenizers
