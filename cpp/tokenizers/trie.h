#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/table.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// Set of byte strings with a value each, for longest matches: a double array (Aoe 1989) of eight
/// bytes a unit, one load for each byte read. Where only one string is left its tail is compared.
/// Immutable once built.
class Trie {
 public:
  static constexpr std::int32_t kNoValue = -1;
  static constexpr std::int32_t kMostValue = (1 << 23) - 2;

  using Entries = std::vector<std::pair<std::string_view, std::int32_t>>;

  /// A set without members.
  Trie() : Trie(Entries()) {}

  /// What is known of the order of entries.
  enum class Order : std::uint8_t { Any, Bytes };

  /// @param entries strings of less than 64 KiB, all different, with values from 0 to kMostValue.
  /// @param shorter receives by value that of the longest other entry which the string begins with,
  ///     or kNoValue; may be empty.
  /// Linear in their bytes.
  explicit Trie(const Entries& entries, std::span<std::int32_t> shorter = {},
                Order order = Order::Any);

  /// End of a match and its value.
  struct Match {
    std::size_t end;
    std::int32_t value;
  };

  /// Longest non-empty member that text has at `begin`; value kNoValue if there is none.
  [[nodiscard]] Match longest(std::string_view text, std::size_t begin) const noexcept {
    Match match{.end = begin, .value = kNoValue};
    std::uint32_t base = units_[0].base;
    for (std::size_t i = begin; i < text.size() && base < kFirstTail; ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      const Unit unit = units_[base + byte];
      if ((unit.rest & kLabelMask) != byte) {
        break;
      }
      if (unit.base > kFirstTail) {
        match_tail(unit, text, i + 1, match);
        break;
      }
      base = unit.base;
      const std::uint32_t value = unit.rest >> kLabelBits;
      if (value != 0) {
        match = {.end = i + 1, .value = static_cast<std::int32_t>(value - 1)};
      }
    }
    return match;
  }

  [[nodiscard]] bool empty() const noexcept { return is_empty_; }

  void visit_tables(TableArchive& archive) {
    archive(units_);
    archive(tails_);
    archive(is_empty_);
  }

 private:
  static constexpr std::size_t kAlphabet = 256;
  static constexpr unsigned kLabelBits = 9;
  static constexpr std::uint32_t kLabelMask = (1U << kLabelBits) - 1;
  static constexpr std::uint32_t kFree = kLabelMask;  // a label that no byte has

  // Units with this base have no children; with a higher one only one string is left, its last
  // bytes in tails_ behind their number.
  static constexpr std::uint32_t kFirstTail = 0x80000000U;

  // A unit tells by its label whose child it is, as no two nodes have the same base.
  struct Unit {
    std::uint32_t base = kFirstTail;
    std::uint32_t rest = kFree;  // label, and above it value + 1 or 0
  };

  class Builder;

  void match_tail(const Unit& unit, std::string_view text, std::size_t begin,
                  Match& match) const noexcept {
    const unsigned char* const tail = &tails_[unit.base - kFirstTail];
    const std::size_t size = tail[0] | static_cast<std::size_t>(tail[1]) << 8U;
    if (text.size() - begin < size) {
      return;
    }
    for (std::size_t i = 0; i < size; ++i) {
      if (static_cast<unsigned char>(text[begin + i]) != tail[i + 2]) {
        return;
      }
    }
    match = {.end = begin + size, .value = static_cast<std::int32_t>(unit.rest >> kLabelBits) - 1};
  }

  // Always kAlphabet units longer than the highest base: steps need no bounds check.
  Table<Unit> units_;
  Table<unsigned char> tails_;
  bool is_empty_;
};

}  // namespace onnxformers::tokenizers
