#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "base/table.h"
#include "tokenizers/hash.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// A word of at most 16 bytes in two registers, filled up with zeros.
struct ShortWord {
  static constexpr std::size_t kMaxBytes = 16;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  std::uint32_t length = 0;
};

/// Whole words and their ids: one look for most words of a text, so that the trie is only walked
/// for those that fall into several pieces, and for those for which there was no room. Immutable
/// once built.
class ShortWords {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  using Entries = std::vector<std::pair<std::string_view, std::int32_t>>;

  ShortWords() : ShortWords(Entries()) {}

  /// @param entries words in the order in which they matter, with ids below kMaxTokenId; longer
  ///     words are left out.
  explicit ShortWords(const Entries& entries);

  /// @param word not empty, at most ShortWord::kMaxBytes.
  [[nodiscard]] static ShortWord load(std::string_view word) noexcept {
    ShortWord loaded;
    loaded.length = static_cast<std::uint32_t>(word.size());
    std::array<char, ShortWord::kMaxBytes> bytes{};
    std::memcpy(bytes.data(), word.data(), word.size());
    std::memcpy(&loaded.low, bytes.data(), sizeof(loaded.low));
    std::memcpy(&loaded.high, bytes.data() + sizeof(loaded.low), sizeof(loaded.high));
    return loaded;
  }

  /// The id of a word, or kNone.
  [[nodiscard]] std::uint32_t find(const ShortWord& word) const noexcept {
    const Line& line = lines_[line_of(word, lines_.size())];
    std::uint32_t found = kNone;
    // No branch on which of them it is, which cannot be foreseen.
    for (std::size_t slot = 0; slot < kSlots; ++slot) {
      const std::uint32_t id_and_length = line.ids_and_lengths[slot];
      const std::uint64_t differ = (line.lows[slot] ^ word.low) | (line.highs[slot] ^ word.high) |
                                   (id_and_length >> kLengthShift ^ word.length);
      found = differ == 0 ? id_and_length & kIdMask : found;
    }
    return found;
  }

  void visit_tables(TableArchive& archive) {
    archive(lines_);
    archive(seed_);
  }

 private:
  static constexpr std::size_t kSlots = 3;
  static constexpr std::uint32_t kLengthShift = 24;
  static constexpr std::uint32_t kIdMask = (1U << kLengthShift) - 1;

  /// Words that share a cache line, filled from the first slot on. A length is never 0.
  struct alignas(64) Line {
    std::array<std::uint64_t, kSlots> lows{};
    std::array<std::uint64_t, kSlots> highs{};
    std::array<std::uint32_t, kSlots> ids_and_lengths{};
  };

  [[nodiscard]] std::size_t line_of(const ShortWord& word, std::size_t lines) const noexcept {
    const std::uint64_t hash = mix(word.low ^ seed_, word.high ^ kHashFactor ^ (seed_ << 1U));
    return static_cast<std::size_t>(((hash >> 32U) * lines) >> 32U);
  }

  std::uint64_t seed_;
  Table<Line> lines_;
};

}  // namespace onnxformers::tokenizers
