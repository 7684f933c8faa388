#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "base/table.h"
#include "tokenizers/hash.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// Tells of most places between characters of several bytes, by the bytes around them, that no
/// merge ever crosses them: then two tokens that meet there may be neighbours, whichever they are.
///
/// An exact table of the two bytes at the border, for merges with a single byte on one side; for
/// the others a Bloom filter, all of whose bits for a place lie in one cache line.
class CrossingFilter {
 public:
  /// Bytes that are looked at on either side.
  static constexpr std::size_t kMostBytes = 3;

  /// Empty, for visit_tables() to fill, or where nothing crosses.
  CrossingFilter() : CrossingFilter(std::vector<std::uint64_t>(kPairWords), std::vector<Line>(1)) {}

  /// The borders that merges cross.
  class Builder;

  void visit_tables(TableArchive& archive) {
    archive(pairs_);
    archive(lines_);
  }

  /// False: no merge crosses the border at `at` between tokens of so many bytes, at least one.
  [[nodiscard]] bool may_cross(const char* at, std::size_t left, std::size_t right) const noexcept {
    const std::size_t bytes = std::min({left, right, kMostBytes});
    const std::size_t pair = pair_at(at);
    const bool crosses_pair = (pairs_[pair / kWordBits] >> (pair % kWordBits) & 1U) != 0;
    if (crosses_pair || bytes == 1) {
      return crosses_pair;
    }
    const std::uint64_t hash = inner_hash(at);
    const Line& line = lines_[line_of(hash, lines_.size())];
    return line.has(inner_bit(hash)) || (bytes == kMostBytes && line.has(outer_bit(at, hash)));
  }

 private:
  static constexpr std::size_t kWordBits = 64;
  static constexpr std::size_t kPairWords = 256 * 256 / kWordBits;

  struct alignas(64) Line {
    std::array<std::uint64_t, 8> words{};

    [[nodiscard]] bool has(std::size_t bit) const noexcept {
      return (words[bit / kWordBits] >> (bit % kWordBits) & 1U) != 0;
    }
    void add(std::size_t bit) noexcept {
      words[bit / kWordBits] |= std::uint64_t{1} << (bit % kWordBits);
    }
  };

  CrossingFilter(std::vector<std::uint64_t> pairs, std::vector<Line> lines)
      : pairs_(std::move(pairs)), lines_(std::move(lines)) {}

  [[nodiscard]] static std::size_t byte(const char* at) noexcept {
    return static_cast<unsigned char>(*at);
  }
  [[nodiscard]] static std::size_t pair_at(const char* at) noexcept {
    return byte(at - 1) << 8U | byte(at);
  }
  /// Of two bytes on either side.
  [[nodiscard]] static std::uint64_t inner_hash(const char* at) noexcept {
    std::uint32_t bytes = 0;
    std::memcpy(&bytes, at - 2, sizeof(bytes));
    return bytes * kHashFactor;
  }
  [[nodiscard]] static std::size_t line_of(std::uint64_t hash, std::size_t lines) noexcept {
    return static_cast<std::size_t>(((hash >> 32U) * lines) >> 32U);
  }
  [[nodiscard]] static std::size_t inner_bit(std::uint64_t hash) noexcept {
    return hash >> 20U & kBitMask;
  }
  /// Of the third bytes too.
  [[nodiscard]] static std::size_t outer_bit(const char* at, std::uint64_t hash) noexcept {
    const std::uint64_t outer = byte(at - 3) << 8U | byte(at + 2);
    return ((hash ^ outer) * kHashFactor) >> kOuterShift;
  }
  static constexpr std::size_t kBitMask = (8 * kWordBits) - 1;
  static constexpr unsigned kOuterShift = 64 - 9;

  Table<std::uint64_t> pairs_;
  Table<Line> lines_;
};

class CrossingFilter::Builder {
 public:
  /// @param merges about how many there will be.
  explicit Builder(std::size_t merges) : pairs_(kPairWords), lines_((merges / kInLine) + 1) {}

  /// A merge that makes a token out of its first `border` bytes and the others.
  void add(std::string_view token, std::size_t border) noexcept {
    const char* const at = token.data() + border;
    const std::size_t bytes = std::min({border, token.size() - border, kMostBytes});
    if (bytes == 1) {
      const std::size_t pair = pair_at(at);
      pairs_[pair / kWordBits] |= std::uint64_t{1} << (pair % kWordBits);
      return;
    }
    const std::uint64_t hash = inner_hash(at);
    lines_[line_of(hash, lines_.size())].add(bytes == kMostBytes ? outer_bit(at, hash)
                                                                 : inner_bit(hash));
  }

  [[nodiscard]] CrossingFilter finish() { return {std::move(pairs_), std::move(lines_)}; }

 private:
  static constexpr std::size_t kInLine = 32;

  std::vector<std::uint64_t> pairs_;
  std::vector<Line> lines_;
};

}  // namespace onnxformers::tokenizers
