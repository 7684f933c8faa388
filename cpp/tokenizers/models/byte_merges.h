#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "tokenizers/models/bpe.h"

namespace onnxformers::tokenizers {

/// Merging from raw bytes, each of which is a token: what byte-level tokenizers do. The ranks of
/// the first pairs come from a table of all pairs of bytes. Immutable; one serves many threads.
class ByteMerges {
 public:
  /// @param tokens token of every byte.
  ByteMerges(const BpeMerges& merges, const std::array<std::uint32_t, 256>& tokens);

  /// Appends the tokens of a piece that is not empty.
  void append_ids(std::string_view piece, std::vector<std::uint32_t>& ids) const;

 private:
  const BpeMerges& merges_;
  std::array<std::uint32_t, 256> tokens_;
  std::vector<std::uint32_t> ranks_;  // by left byte * 256 + right byte
};

}  // namespace onnxformers::tokenizers
