#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include "base/table.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// The pairs of bytes that stand side by side in some token of BPE. Where another pair meets in a
/// text no merge can cross, as what it made would have the pair, and the text can be cut.
/// Immutable once built.
class BytePairs {
 public:
  class Builder {
   public:
    void add_all_of(std::string_view token) noexcept {
      for (std::size_t at = 1; at < token.size(); ++at) {
        is_missing_[pair_before(token.data() + at)] = 0;
      }
    }
    /// The pairs of any byte and this one: all of them, or none.
    void set_all_before(unsigned char right, bool are_there) {
      std::fill_n(is_missing_.begin() + (right << 8U), kBytes, are_there ? 0 : 1);
    }

   private:
    friend BytePairs;
    std::vector<unsigned char> is_missing_ = std::vector<unsigned char>(kBytes * kBytes, 1);
  };

  BytePairs() = default;
  explicit BytePairs(Builder builder) : is_missing_(std::move(builder.is_missing_)) {}

  void visit_tables(TableArchive& archive) { archive(is_missing_); }

  /// Writes the places from begin to end, which a byte comes before each, where a byte makes no
  /// pair with the one before it, and gives their number. @param places room for all of them.
  std::size_t find_missing(std::string_view text, std::size_t begin, std::size_t end,
                           std::uint32_t* places) const noexcept {
    const unsigned char* const is_missing = is_missing_.data();
    std::size_t found = 0;
    for (std::size_t at = begin; at < end; ++at) {
      places[found] = static_cast<std::uint32_t>(at);
      found += is_missing[pair_before(text.data() + at)];
    }
    return found;
  }

 private:
  static constexpr std::size_t kBytes = 256;

  /// The byte before that place, and above it that one.
  [[nodiscard]] static std::uint16_t pair_before(const char* byte) noexcept {
    static_assert(std::endian::native == std::endian::little, "the second byte is the high one");
    std::uint16_t pair = 0;
    std::memcpy(&pair, byte - 1, sizeof(pair));
    return pair;
  }

  Table<unsigned char> is_missing_;
};

}  // namespace onnxformers::tokenizers
