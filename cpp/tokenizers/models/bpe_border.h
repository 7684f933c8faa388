#pragma once

#include <cstdint>
#include <vector>

#include "tokenizers/models/bpe_merges.h"

namespace onnxformers::tokenizers {

/// Takes regular tokens (see BpeDerivations) apart from the last merge backwards.
///
/// @tparam LevelOf level(id): 1 + the rank of the token's last merge, 0 for a symbol.
template <typename LevelOf>
class BpeBorder {
 public:
  BpeBorder(const BpeMerges& merges, LevelOf level) : merges_(merges), level_(level) {}

  /// Whether no merge of a rank below `bound` crosses the border of two neighbours while they come
  /// about.
  [[nodiscard]] bool holds(std::uint32_t left, std::uint32_t right,
                           std::uint32_t bound) const noexcept {
    do {
      if (merges_.rank(left, right) < bound) {
        return false;
      }
    } while (take_apart(left, right, bound));
    return true;
  }

  /// The same for the two parts of the merge of a rank.
  [[nodiscard]] bool holds_within(std::uint32_t rank) const noexcept {
    std::uint32_t left = merges_.left(rank);
    std::uint32_t right = merges_.right(rank);
    std::uint32_t bound = rank;
    return !take_apart(left, right, bound) || holds(left, right, bound);
  }

  void append_symbols(std::uint32_t id, std::vector<std::uint32_t>& symbols) const {
    std::vector<std::uint32_t> open = {id};
    while (!open.empty()) {
      const std::uint32_t next = open.back();
      const std::uint32_t level = level_(next);
      open.pop_back();
      if (level == 0) {
        symbols.push_back(next);
      } else {
        open.push_back(merges_.right(level - 1));
        open.push_back(merges_.left(level - 1));
      }
    }
  }

 private:
  /// Undoes the later one of the last merges of both. False if both are symbols.
  [[nodiscard]] bool take_apart(std::uint32_t& left, std::uint32_t& right,
                                std::uint32_t& bound) const noexcept {
    const std::uint32_t left_level = level_(left);
    const std::uint32_t right_level = level_(right);
    if (left_level > right_level) {
      bound = left_level - 1;
      left = merges_.right(left_level - 1);
    } else if (right_level != 0) {
      bound = right_level;  // of equal ranks the one more to the left comes first
      right = merges_.left(right_level - 1);
    }
    return (left_level | right_level) != 0;
  }

  const BpeMerges& merges_;
  LevelOf level_;
};

}  // namespace onnxformers::tokenizers
