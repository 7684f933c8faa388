#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace onnxformers::tokenizers {

/// Bytes that a piece of a file without merges may have: each place in it is tried as a seam.
inline constexpr std::size_t kLongestPiece = 1024;

/// Merges for a vocabulary that comes with ranks or scores alone: every way to put a piece together
/// out of two others.
///
/// Source: generate_merges() and TikTokenConverter of Python transformers 4.46.3.
class MergeTable {
 public:
  struct Merge {
    std::string_view left;
    std::string_view right;
  };

  /// @param id what orders the merges of one piece.
  void add(std::string_view piece, std::uint32_t id);

  /// Appends the merges that make `piece`, by the ids of the left part, then the right. O(length^2)
  /// bytes looked at. With `at_characters` seams lie between characters, else between bytes.
  void append_merges_of(std::string_view piece, bool at_characters,
                        std::vector<Merge>& merges) const;

 private:
  std::unordered_map<std::string_view, std::uint32_t> ids_;
  std::size_t longest_ = 0;
};

}  // namespace onnxformers::tokenizers
