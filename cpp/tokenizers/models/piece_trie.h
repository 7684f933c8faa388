#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

namespace onnxformers::tokenizers {

/// Pieces of a Unigram model with their scores: a double array over characters, which are numbered
/// in the order in which the pieces use them. One load for each character read. Immutable once
/// built.
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

  [[nodiscard]] Code code(char32_t character) const noexcept {
    const std::size_t page = character / kPageSize;
    return page < pages_.size() ? codes_[(pages_[page] * kPageSize) + (character % kPageSize)] : 0;
  }

  /// The node of a single character, or kNone.
  [[nodiscard]] Node begin(Code code) const noexcept {
    const Node child = units_[kRoot].base + code;
    return units_[child].parent == kRoot ? child : kNone;
  }

  /// Score of the piece that ends at this node, or kNoPiece.
  [[nodiscard]] double score(Node node) const noexcept { return units_[node].score; }

  /// Goes down from `node` along `codes` as far as there are pieces; calls visit(score, node) for
  /// each character, with kNoPiece where no piece ends.
  template <typename Visit>
  void walk(Node node, std::span<const Code> codes, Visit visit) const {
    for (const Code code : codes) {
      const Node child = units_[node].base + code;
      if (units_[child].parent != node) {
        return;
      }
      visit(units_[child].score, child);
      node = child;
    }
  }

  /// Id of the piece that ends at this node; only if there is one.
  [[nodiscard]] std::uint32_t id(Node node) const noexcept { return ids_[node]; }

  /// Characters of the longest piece.
  [[nodiscard]] std::size_t longest() const noexcept { return longest_; }

 private:
  static constexpr std::size_t kPageSize = 0x100;

  struct Unit {
    std::uint32_t base = 0;
    Node parent = kNone;
    double score = kNoPiece;
  };

  class Builder;

  // As many units past the highest base as there are codes: step() needs no bounds check.
  std::vector<Unit> units_;
  std::vector<std::uint32_t> ids_;    // by node
  std::vector<std::uint32_t> pages_;  // by character / kPageSize: which page of codes_
  std::vector<Code> codes_;           // the first page has none
  std::size_t longest_ = 0;
};

}  // namespace onnxformers::tokenizers
