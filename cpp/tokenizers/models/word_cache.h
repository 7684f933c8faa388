#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "tokenizers/hash.h"
#include "tokenizers/models/short_words.h"

namespace onnxformers::tokenizers {

/// Tokens of words met before, for one thread: two megabytes, each word in one of two places, the
/// older gives way. Shared by the tokenizers that the thread uses.
class WordCache {
 public:
  static constexpr std::size_t kMaxTokens = 8;

  /// Tokens of a word: one cache line.
  struct alignas(64) Entry {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint32_t owner = 0;  ///< tokenizer
    std::uint8_t length = 0;  ///< of the word in bytes; 0 for a free entry
    std::uint8_t count = 0;
    std::uint8_t unknown = 0;                     ///< bit by token: it shows the text
    std::array<std::uint8_t, kMaxTokens> ends{};  ///< of the tokens, in the units of the owner
    std::array<std::uint32_t, kMaxTokens> ids{};
  };

  /// The entry of a word, or null.
  [[nodiscard]] const Entry* find(const ShortWord& word, std::uint32_t owner) const noexcept {
    const Entry* const pair = &entries_[place(word, owner)];
    for (std::size_t i = 0; i < 2; ++i) {
      const Entry& entry = pair[i];
      if (((entry.low ^ word.low) | (entry.high ^ word.high)) == 0 && entry.owner == owner &&
          entry.length == word.length) {
        return &entry;
      }
    }
    return nullptr;
  }

  /// Room for the tokens of a word that find() did not have.
  [[nodiscard]] Entry& add(const ShortWord& word, std::uint32_t owner) noexcept {
    Entry* const pair = &entries_[place(word, owner)];
    pair[1] = pair[0];
    pair[0] = Entry();
    pair[0].low = word.low;
    pair[0].high = word.high;
    pair[0].owner = owner;
    pair[0].length = static_cast<std::uint8_t>(word.length);
    return pair[0];
  }

  /// For caches of longer words.
  [[nodiscard]] std::uint64_t hash_long(std::string_view word) const noexcept {
    return hash_bytes(word, seed_);
  }

 private:
  static constexpr unsigned kPairBits = 14;

  [[nodiscard]] std::size_t place(const ShortWord& word, std::uint32_t owner) const noexcept {
    const std::uint64_t hash = mix(word.low ^ seed_, word.high ^ kHashFactor ^ owner) * kHashFactor;
    return static_cast<std::size_t>(hash >> (64U - kPairBits)) * 2;
  }

  std::uint64_t seed_ = hash_seed();
  std::vector<Entry> entries_ = std::vector<Entry>(std::size_t{2} << kPairBits);
};

}  // namespace onnxformers::tokenizers
