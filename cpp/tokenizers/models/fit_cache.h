#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/thread_kept.h"
#include "tokenizers/hash.h"

namespace onnxformers::tokenizers {

/// Whether two tokens of which one is irregular can be neighbours, as far as a thread found out
/// lately. Direct-mapped, eight
/// bytes an entry, half a megabyte.
class FitCache {
 public:
  /// Owners, as ids, are below it.
  static constexpr unsigned kBits = 21;
  static constexpr std::uint32_t kMost = 1U << kBits;

  /// That of this thread.
  static FitCache& get() { return ThreadKept<FitCache>::get(); }

  /// The answer that is kept, or else that of compute().
  /// @param owner not 0, of one tokenizer only.
  template <typename Compute>
  [[nodiscard]] bool find(std::uint32_t owner, std::uint32_t left, std::uint32_t right,
                          Compute compute) noexcept {
    const std::uint64_t pair = static_cast<std::uint64_t>(left) << kBits | right;
    const std::uint64_t key = (static_cast<std::uint64_t>(owner) << (2 * kBits) | pair) << 1U;
    std::uint64_t& entry = entries_[(pair * kHashFactor) >> (64U - kEntryBits)];
    if ((entry ^ key) > 1) {
      entry = key | (compute() ? 1U : 0U);
    }
    return (entry & 1U) != 0;
  }

 private:
  static constexpr unsigned kEntryBits = 16;

  friend ThreadKept<FitCache>;
  FitCache() : entries_(std::size_t{1} << kEntryBits) {}

  std::vector<std::uint64_t> entries_;  // owner, left, right, answer
};

}  // namespace onnxformers::tokenizers
