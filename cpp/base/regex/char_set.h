#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace onnxformers::regex {

inline constexpr char32_t kLastCode = 0x10FFFF;

/// A set of code points, as sorted ranges that do not touch.
class CharSet {
 public:
  struct Range {
    char32_t first;
    char32_t last;
    bool operator==(const Range&) const = default;
  };

  CharSet() = default;
  CharSet(std::initializer_list<Range> ranges);
  explicit CharSet(std::vector<Range> ranges);

  /// O(ranges), as all that follows.
  void add(char32_t first, char32_t last);
  void add(const CharSet& other);
  [[nodiscard]] CharSet complement() const;
  [[nodiscard]] CharSet intersection(const CharSet& other) const;

  [[nodiscard]] const std::vector<Range>& ranges() const noexcept { return ranges_; }
  [[nodiscard]] bool contains(char32_t code) const noexcept;
  bool operator==(const CharSet&) const = default;

 private:
  void normalize();
  void join();

  std::vector<Range> ranges_;
};

/// A set to look up in: a table for ASCII, and two stages of bits for the rest.
class CharTable {
 public:
  explicit CharTable(const CharSet& set);

  [[nodiscard]] bool has_ascii(unsigned char byte) const noexcept { return ascii_[byte]; }
  [[nodiscard]] bool has(char32_t code) const noexcept {
    const auto& page = pages_[page_of_[code >> kPageBits]];
    return (page[(code & kInPage) >> 6U] >> (code & 63U) & 1U) != 0;
  }

 private:
  static constexpr unsigned kPageBits = 8;
  static constexpr char32_t kInPage = (1U << kPageBits) - 1;
  static constexpr std::uint16_t kEmptyPage = 0;
  static constexpr std::uint16_t kFullPage = 1;
  using Page = std::array<std::uint64_t, (1U << kPageBits) / 64>;

  void add(char32_t first, char32_t last);

  std::array<bool, 256> ascii_{};  // false from 0x80 on
  std::array<std::uint16_t, (kLastCode >> kPageBits) + 1> page_of_{};
  std::vector<Page> pages_;
};

}  // namespace onnxformers::regex
