#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "base/table.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// Pieces of a Unigram model with their scores: a double array over characters, which are numbered
/// in the order in which the pieces use them. One load for each character read; where only one
/// piece is left, its tail is compared. Immutable once built.
///
/// Source: Aoe, "An efficient digital search algorithm by using a double-array structure", 1989.
class PieceTrie {
 public:
  using Node = std::uint32_t;
  using Code = std::uint32_t;  ///< number of a character; 0 for those that are in no piece
  static constexpr Node kRoot = 0;
  static constexpr Node kNone = 0xFFFFFFFF;
  static constexpr double kNoPiece = -std::numeric_limits<double>::infinity();

  /// A set without members.
  PieceTrie() : PieceTrie({}, {}) {}

  /// @param pieces well-formed UTF-8, by id; of equal ones the last counts, empty ones never match.
  /// @param scores finite, as many.
  /// Linear in the bytes of the pieces. Fails with ErrorKind::FileFormat where the characters are
  /// spread so widely that the array would be out of proportion.
  PieceTrie(std::span<const std::string_view> pieces, std::span<const double> scores);

  void visit_tables(TableArchive& archive) {
    archive(units_);
    archive(ids_);
    archive(tails_);
    archive(pages_);
    archive(codes_);
    archive(longest_);
  }

  [[nodiscard]] Code code(char32_t character) const noexcept {
    const std::size_t page = character / kPageSize;
    return page < pages_.size() ? codes_[(pages_[page] * kPageSize) + (character % kPageSize)] : 0;
  }

  /// The node of a single character, or kNone.
  [[nodiscard]] Node begin(Code code) const noexcept {
    const Node child = units_[kRoot].base + code;
    return units_[child].parent == kRoot ? child : kNone;
  }

  /// Score of the piece of a single character, or kNoPiece. @param node one of begin().
  [[nodiscard]] double score(Node node) const noexcept { return units_[node].score; }

  /// Goes down from a node of begin() along the characters behind it as far as there are pieces;
  /// calls visit(end, score, node) for those before codes[end], or with kNoPiece where none ends.
  template <typename Visit>
  void walk(Node node, std::span<const Code> codes, Visit visit) const {
    std::uint32_t base = units_[node].base;
    for (std::size_t i = 0; i < codes.size() && base < kFirstTail; ++i) {
      const Node child = base + codes[i];
      const Unit& unit = units_[child];
      if (unit.parent != node) {
        return;
      }
      if (unit.base > kFirstTail) {
        visit_tail(unit, child, codes, i + 1, visit);
        return;
      }
      visit(i + 1, unit.score, child);
      node = child;
      base = unit.base;
    }
  }

  /// Id of the piece that ends at this node; only if there is one.
  [[nodiscard]] std::uint32_t id(Node node) const noexcept { return ids_[node]; }

  /// Characters of the longest piece.
  [[nodiscard]] std::size_t longest() const noexcept { return longest_; }

 private:
  static constexpr std::size_t kPageSize = 0x100;

  // Units with this base have no children; with a higher one only one piece is left, its last codes
  // in tails_ behind their number.
  static constexpr std::uint32_t kFirstTail = 0x80000000U;

  struct Unit {
    std::uint32_t base = kFirstTail;
    Node parent = kNone;
    double score = kNoPiece;
  };

  template <typename Visit>
  void visit_tail(const Unit& unit, Node node, std::span<const Code> codes, std::size_t begin,
                  Visit visit) const {
    const Code* const tail = &tails_[unit.base - kFirstTail];
    const std::size_t size = *tail;
    if (codes.size() - begin < size) {
      return;
    }
    for (std::size_t i = 0; i < size; ++i) {
      if (codes[begin + i] != tail[i + 1]) {
        return;
      }
    }
    visit(begin + size, unit.score, node);
  }

  struct Arrays;
  class Builder;

  // As many units past the highest base as there are codes: steps need no bounds check.
  Table<Unit> units_;
  Table<std::uint32_t> ids_;  // by node
  Table<Code> tails_;
  Table<std::uint32_t> pages_;  // by character / kPageSize: which page of codes_
  Table<Code> codes_;           // the first page has none
  std::size_t longest_ = 0;
};

}  // namespace onnxformers::tokenizers
