#include "tokenizers/hash.h"

#include <chrono>
#include <random>

namespace onnxformers::tokenizers {

std::uint64_t hash_seed() noexcept {
  static const std::uint64_t seed = []() noexcept -> std::uint64_t {
    const auto clock =
        static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
    try {
      std::random_device device;
      return (static_cast<std::uint64_t>(device()) << 32U | device()) ^ clock;
    } catch (...) {
      return mix(clock, kHashFactor);
    }
  }();
  return seed;
}

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept {
  std::uint64_t state = seed ^ mix(bytes.size() + 1, kHashFactor);
  while (bytes.size() >= sizeof(std::uint64_t)) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes.data(), sizeof(word));
    state = mix(state ^ word, kHashFactor);
    bytes.remove_prefix(sizeof(word));
  }
  std::uint64_t rest = 0;
  if (!bytes.empty()) {
    std::memcpy(&rest, bytes.data(), bytes.size());
  }
  return mix(state ^ rest, kHashFactor ^ seed);
}

}  // namespace onnxformers::tokenizers
