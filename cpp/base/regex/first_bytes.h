#pragma once

#include <vector>

#include "base/regex/program.h"

namespace onnxformers::regex {

/// Which bytes a match of each node of a tree can begin with, and whether it can be empty. Both err
/// on the side of more. Linear in the tree.
class FirstBytes {
 public:
  explicit FirstBytes(const Tree& tree);

  /// Complete only for a node that cannot be empty.
  [[nodiscard]] const ByteSet& of(std::uint32_t node) const { return facts_[node].bytes; }
  [[nodiscard]] bool may_be_empty(std::uint32_t node) const { return facts_[node].may_be_empty; }

 private:
  struct Facts {
    bool may_be_empty = false;
    ByteSet bytes;
  };

  [[nodiscard]] Facts make(const Node& node) const;

  std::vector<ByteSet> by_set_;
  std::vector<Facts> facts_;
};

}  // namespace onnxformers::regex
