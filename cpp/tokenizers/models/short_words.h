#pragma once

#include <array>
#include <bit>
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

/// Whole words and their ids: one probe for most words of a text, so that the trie is only walked
/// for those that fall into several pieces. Immutable once built.
class ShortWords {
 public:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  ShortWords() : ShortWords(std::vector<std::pair<std::string_view, std::int32_t>>()) {}

  /// Longer words of `entries` are left out. Ids are below kMaxTokenId.
  explicit ShortWords(const std::vector<std::pair<std::string_view, std::int32_t>>& entries);

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
    std::size_t slot = hash(word) >> shift_;
    while (slots_[slot].id_and_length != 0) {
      const Slot& here = slots_[slot];
      if (((here.low ^ word.low) | (here.high ^ word.high)) == 0 &&
          here.id_and_length >> kLengthShift == word.length) {
        return here.id_and_length & kIdMask;
      }
      slot = (slot + 1) & mask_;
    }
    return kNone;
  }

  void visit_tables(TableArchive& archive) {
    archive(slots_);
    archive(seed_);
    archive(mask_);
    archive(shift_);
  }

 private:
  static constexpr std::uint32_t kLengthShift = 24;
  static constexpr std::uint32_t kIdMask = (1U << kLengthShift) - 1;

  // A length is never 0: neither is id_and_length of a slot in use.
  struct Slot {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
    std::uint32_t id_and_length = 0;
  };

  [[nodiscard]] std::uint64_t hash(const ShortWord& word) const noexcept {
    return mix(word.low ^ seed_, word.high ^ kHashFactor ^ (seed_ << 1U)) * kHashFactor;
  }

  std::uint64_t seed_;
  Table<Slot> slots_;
  std::size_t mask_;
  unsigned shift_;
};

}  // namespace onnxformers::tokenizers
