#include "tokenizers/free_units.h"

#include <algorithm>
#include <bit>

namespace onnxformers::tokenizers {

FreeUnits::FreeUnits(Bases bases) : has_distinct_bases_(bases == Bases::Distinct) {
  reserve(kWordBits);
  take(0);
}

void FreeUnits::reserve(std::size_t units) {
  const std::size_t words = (units / kWordBits) + 2;
  if (words <= free_.size()) {
    return;
  }
  const std::size_t old = free_.size();
  const std::size_t size = std::max(words, old * 2);
  free_.resize(size, ~std::uint64_t{0});
  free_bases_.resize(has_distinct_bases_ ? size : 0, ~std::uint64_t{0});
  next_word_.resize(size);
  for (std::size_t i = old; i < size; ++i) {
    next_word_[i] = static_cast<std::uint32_t>(i);
  }
}

void FreeUnits::take(std::size_t unit) {
  const std::size_t word = unit / kWordBits;
  free_[word] &= ~(std::uint64_t{1} << (unit % kWordBits));
  if (free_[word] == 0) {
    next_word_[word] = static_cast<std::uint32_t>(word + 1);
  }
  end_ = std::max(end_, unit + 1);
}

std::uint32_t FreeUnits::next_free(std::size_t unit) {
  reserve(unit + kWordBits);
  const std::size_t word = unit / kWordBits;
  const std::uint64_t here = free_[word] & (~std::uint64_t{0} << (unit % kWordBits));
  if (here != 0) {
    return static_cast<std::uint32_t>((word * kWordBits) + std::countr_zero(here));
  }
  reserve(end_ + (2 * kWordBits));
  // Union-find over words: a chain of full ones is halved each time it is gone along.
  std::size_t found = word + 1;
  while (next_word_[found] != found) {
    next_word_[found] = next_word_[next_word_[found]];
    found = next_word_[found];
  }
  return static_cast<std::uint32_t>((found * kWordBits) + std::countr_zero(free_[found]));
}

std::uint64_t FreeUnits::bits_at(const Bits& bits, std::size_t at) noexcept {
  const std::size_t word = at / kWordBits;
  const std::size_t shift = at % kWordBits;
  return shift == 0 ? bits[word] : bits[word] >> shift | bits[word + 1] << (kWordBits - shift);
}

std::uint32_t FreeUnits::search(std::span<const std::uint32_t> codes) {
  constexpr int kTries = 24;
  constexpr int kFewTries = 3;
  const std::uint32_t first = codes.front();
  if (codes.size() == 1 && !has_distinct_bases_) {
    return next_free(first) - first;
  }
  const auto kind = static_cast<std::size_t>(std::bit_width(codes.size())) - 1;
  std::uint32_t& from = search_from_[std::min(kind, kKinds - 1)];
  std::uint32_t unit = std::max(from, first);
  for (int tries = 0; tries < kTries; ++tries) {
    unit = next_free(unit);
    const std::size_t base = unit - first;
    reserve(base + codes.back() + (2 * kWordBits));
    std::uint64_t bases = bits_at(free_, unit);
    if (has_distinct_bases_) {
      bases &= bits_at(free_bases_, base);
    }
    for (std::size_t i = 1; i < codes.size() && bases != 0; ++i) {
      bases &= bits_at(free_, base + codes[i]);
    }
    if (bases != 0) {
      if (tries > kFewTries) {
        from = unit;
      }
      return static_cast<std::uint32_t>(base + static_cast<std::size_t>(std::countr_zero(bases)));
    }
    unit += kWordBits;
  }
  unit = std::max(static_cast<std::uint32_t>(end_), first);
  from = unit;
  return unit - first;
}

std::uint32_t FreeUnits::place(std::span<const std::uint32_t> codes) {
  const std::uint32_t base = search(codes);
  reserve(base + codes.back() + kWordBits);
  for (const std::uint32_t code : codes) {
    take(base + code);
  }
  if (has_distinct_bases_) {
    free_bases_[base / kWordBits] &= ~(std::uint64_t{1} << (base % kWordBits));
  }
  return base;
}

}  // namespace onnxformers::tokenizers
