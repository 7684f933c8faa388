#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace onnxformers::tokenizers {

/// Differs from process to process, so that no file can be made whose tokens all collide.
[[nodiscard]] std::uint64_t hash_seed() noexcept;

/// Another number each time, from 1 on: what threads keep for an object carries the object's, which
/// no later one has that lies at its place.
[[nodiscard]] std::uint32_t next_owner() noexcept;

/// Folds a 64 x 64 bit product.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
#ifdef __SIZEOF_INT128__
  __extension__ using Product = unsigned __int128;
  const Product product = static_cast<Product>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64U);
#else
  // Two halves crossed: not the same values, as good a spread.
  const std::uint64_t low = (a & 0xFFFFFFFFULL) * (b | 1);
  const std::uint64_t high = (a >> 32U) * (b ^ 0x9E3779B97F4A7C15ULL);
  return low ^ (high << 32U | high >> 32U) ^ (low >> 29U);
#endif
}

/// Asks for the cache line of an address that is read soon.
inline void prefetch(const void* address) noexcept {
#if defined(__GNUC__) || defined(__clang__)
  __builtin_prefetch(address);
#else
  (void)address;
#endif
}

inline constexpr std::uint64_t kHashFactor = 0x9E3779B97F4A7C15ULL;

[[nodiscard]] std::uint64_t hash_bytes(std::string_view bytes, std::uint64_t seed) noexcept;

}  // namespace onnxformers::tokenizers
