#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace onnxformers::tokenizers {

/// Finds room for the children of the nodes of a double array (Aoe 1989) while it is built: a bit
/// for each unit, so that 64 places are tried at once.
///
/// Time: near constant for an only child; for several children a bounded number of words of bits,
/// then the end of the array.
class FreeUnits {
 public:
  /// Whether two nodes may have the same base: not if a unit only tells its code, not its parent.
  enum class Bases : bool { Shared, Distinct };

  /// Unit 0, the root's, is taken.
  explicit FreeUnits(Bases bases = Bases::Shared);

  /// A base such that every unit base + code was free; takes them.
  /// @param codes ascending, not empty.
  std::uint32_t place(std::span<const std::uint32_t> codes);

  /// One past the highest unit that is taken.
  [[nodiscard]] std::size_t end() const noexcept { return end_; }

 private:
  static constexpr std::size_t kWordBits = 64;
  static constexpr std::size_t kKinds = 6;
  using Bits = std::vector<std::uint64_t>;

  [[nodiscard]] std::uint32_t search(std::span<const std::uint32_t> codes);
  [[nodiscard]] std::uint32_t next_free(std::size_t unit);
  [[nodiscard]] static std::uint64_t bits_at(const Bits& bits, std::size_t at) noexcept;
  void reserve(std::size_t units);
  void take(std::size_t unit);

  bool has_distinct_bases_;
  Bits free_;
  Bits free_bases_;                       // only where they are distinct
  std::vector<std::uint32_t> next_word_;  // where to look on from a word without free units
  std::array<std::uint32_t, kKinds> search_from_{};  // by number of children
  std::size_t end_ = 1;
};

}  // namespace onnxformers::tokenizers
