#include "tokenizers/checksum.h"

#include <array>
#include <bit>
#include <cstring>

#include "base/multiversion.h"
#include "tokenizers/hash.h"

namespace onnxformers::tokenizers {

namespace {

// So many side by side that the wait for a product is hidden.
using Lanes = std::array<std::uint32_t, 64>;

/// Each step is a bijection of the lane and of the word: what is wrong in one word stays wrong.
ONNXFORMERS_MULTIVERSION
void add_blocks(std::span<const std::byte> blocks, Lanes& sums) noexcept {
  constexpr std::uint32_t kOdd = 0x9E3779B1;
  Lanes lanes = sums;
  for (std::size_t i = 0; i < blocks.size(); i += sizeof(Lanes)) {
    Lanes words;  // NOLINT: written before it is read
    std::memcpy(words.data(), blocks.data() + i, sizeof(words));
    for (std::size_t lane = 0; lane < lanes.size(); ++lane) {
      lanes[lane] = std::rotl((lanes[lane] ^ words[lane]) * kOdd, 13);
    }
  }
  sums = lanes;
}

}  // namespace

std::uint64_t checksum(std::span<const std::byte> bytes, std::uint64_t seed) noexcept {
  const std::size_t in_blocks = bytes.size() / sizeof(Lanes) * sizeof(Lanes);
  Lanes lanes{};
  add_blocks(bytes.first(in_blocks), lanes);
  const auto rest = bytes.subspan(in_blocks);
  std::uint64_t sum =
      hash_bytes({reinterpret_cast<const char*>(rest.data()), rest.size()}, seed ^ bytes.size());
  for (const std::uint32_t lane : lanes) {
    sum = mix(sum ^ lane, kHashFactor);
  }
  return sum;
}

}  // namespace onnxformers::tokenizers
