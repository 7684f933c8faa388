#include "tokenizers/hash.h"

#include <atomic>
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

std::uint32_t next_owner() noexcept {
  static std::atomic<std::uint32_t> last{0};
  return ++last;
}

namespace {

template <typename T>
std::uint64_t read(const char* bytes) noexcept {
  T value = 0;
  std::memcpy(&value, bytes, sizeof(value));
  return value;
}

/// At most eight bytes, different for different ones of one length.
std::uint64_t read_few(std::string_view bytes) noexcept {
  const char* const first = bytes.data();
  if (bytes.size() >= sizeof(std::uint32_t)) {
    return read<std::uint32_t>(first) |
           read<std::uint32_t>(first + bytes.size() - sizeof(std::uint32_t)) << 32U;
  }
  if (bytes.empty()) {
    return 0;
  }
  return read<unsigned char>(first) | read<unsigned char>(first + (bytes.size() / 2)) << 8U |
         read<unsigned char>(first + bytes.size() - 1) << 16U;
}

}  // namespace

std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept {
  std::uint64_t state = seed ^ mix(bytes.size() + 1, kHashFactor);
  while (bytes.size() > sizeof(std::uint64_t)) {
    state = mix(state ^ read<std::uint64_t>(bytes.data()), kHashFactor);
    bytes.remove_prefix(sizeof(std::uint64_t));
  }
  return mix(state ^ read_few(bytes), kHashFactor ^ seed);
}

}  // namespace onnxformers::tokenizers
