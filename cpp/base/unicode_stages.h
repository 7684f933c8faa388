#pragma once

#include <cstddef>

namespace onnxformers::unicode {

/// The value of a code point in a two-stage table of blocks of 128; 0 beyond its end.
template <typename Blocks, typename Values>
[[nodiscard]] std::size_t look_up(const Blocks& blocks, const Values& values,
                                  char32_t code) noexcept {
  constexpr unsigned kBlockBits = 7;
  constexpr char32_t kInBlock = (1U << kBlockBits) - 1;
  const std::size_t block = code >> kBlockBits;
  if (block >= blocks.size()) {
    return 0;
  }
  return values[(std::size_t{blocks[block]} << kBlockBits) | (code & kInBlock)];
}

}  // namespace onnxformers::unicode
