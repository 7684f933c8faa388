#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tokenizers/models/short_words.h"

namespace onnxformers::tokenizers {

/// The ids of pieces of several tokens that a thread met last: words come again and again, and a
/// look-up is a fraction of a merge. Direct-mapped, an entry to a cache line, half a megabyte.
class PieceCache {
 public:
  static constexpr std::size_t kMaxTokens = 10;

  struct alignas(64) Entry {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint32_t owner = 0;  ///< 0: nothing is here
    std::uint16_t length = 0;
    std::uint16_t count = 0;
    std::array<std::uint32_t, kMaxTokens> ids{};

    [[nodiscard]] bool is_of(std::uint32_t tokenizer, const ShortWord& word) const noexcept {
      return low == word.low && high == word.high && length == word.length && owner == tokenizer;
    }
    void set(std::uint32_t tokenizer, const ShortWord& word,
             std::span<const std::uint32_t> tokens) noexcept {
      low = word.low;
      high = word.high;
      owner = tokenizer;
      length = static_cast<std::uint16_t>(word.length);
      count = static_cast<std::uint16_t>(tokens.size());
      for (std::size_t i = 0; i < tokens.size(); ++i) {
        ids[i] = tokens[i];
      }
    }
  };

  /// That of this thread.
  static PieceCache& get() {
    static thread_local PieceCache cache;
    return cache;
  }

  /// Where a piece of this hash would be.
  [[nodiscard]] Entry& at(std::uint64_t hash) noexcept { return entries_[hash % kEntries]; }

 private:
  static constexpr std::size_t kEntries = 8192;

  PieceCache() : entries_(kEntries) {}

  std::vector<Entry> entries_;
};

}  // namespace onnxformers::tokenizers
