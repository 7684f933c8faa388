#include "generation/random.h"

#include <array>

namespace onnxformers::generation {

namespace {

using Words = std::array<std::uint32_t, 4>;

constexpr int kRounds = 10;
constexpr unsigned kWordBits = 32;
constexpr std::array<std::uint64_t, 2> kMultipliers{0xD2511F53, 0xCD9E8D57};
constexpr std::array<std::uint32_t, 2> kWeyl{0x9E3779B9, 0xBB67AE85};

std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> kWordBits); }
std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }

Words philox(Words counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    const std::uint64_t first = kMultipliers[0] * counter[0];
    const std::uint64_t second = kMultipliers[1] * counter[2];
    counter = {
        high(second) ^ counter[1] ^ key[0],
        low(second),
        high(first) ^ counter[3] ^ key[1],
        low(first),
    };
    key[0] += kWeyl[0];
    key[1] += kWeyl[1];
  }
  return counter;
}

}  // namespace

double random_number(std::uint64_t seed, std::uint64_t row, std::uint32_t step,
                     std::uint32_t draw) noexcept {
  constexpr unsigned kDoubleBits = 53;
  const Words words = philox({low(row), high(row), step, draw}, {low(seed), high(seed)});
  const std::uint64_t bits = (std::uint64_t{words[0]} << kWordBits) | words[1];
  return static_cast<double>(bits >> (64 - kDoubleBits)) / static_cast<double>(1ULL << kDoubleBits);
}

}  // namespace onnxformers::generation
