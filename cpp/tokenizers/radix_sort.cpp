#include "tokenizers/radix_sort.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

namespace onnxformers::tokenizers {

namespace {

constexpr unsigned kDigitBits = 11;
constexpr std::size_t kDigits = (64 + kDigitBits - 1) / kDigitBits;
using Counts = std::array<std::uint32_t, std::size_t{1} << kDigitBits>;

std::size_t digit_of(std::uint64_t key, std::size_t digit) {
  return key >> (digit * kDigitBits) & ((1U << kDigitBits) - 1);
}

}  // namespace

std::uint64_t leading_bytes(std::string_view text) noexcept {
  constexpr std::size_t kKeyBytes = sizeof(std::uint64_t);
  std::uint64_t key = 0;
  std::memcpy(&key, text.data(), std::min(text.size(), kKeyBytes));
  if constexpr (std::endian::native == std::endian::little) {
    std::uint64_t swapped = 0;
    for (std::size_t i = 0; i < kKeyBytes; ++i) {
      swapped = swapped << 8U | (key >> (8U * i) & 0xFFU);
    }
    key = swapped;
  }
  return key;
}

void radix_sort(std::vector<Keyed>& items) {
  std::vector<Counts> counts(kDigits);
  for (const Keyed& item : items) {
    for (std::size_t digit = 0; digit < kDigits; ++digit) {
      ++counts[digit][digit_of(item.key, digit)];
    }
  }
  std::vector<Keyed> sorted(items.size());
  for (std::size_t digit = 0; digit < kDigits; ++digit) {
    Counts& places = counts[digit];
    if (std::ranges::find(places, items.size()) != places.end()) {
      continue;  // the same everywhere
    }
    std::uint32_t before = 0;
    for (std::uint32_t& place : places) {
      before += std::exchange(place, before);
    }
    for (const Keyed& item : items) {
      sorted[places[digit_of(item.key, digit)]++] = item;
    }
    items.swap(sorted);
  }
}

}  // namespace onnxformers::tokenizers
