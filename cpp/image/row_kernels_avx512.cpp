// Compiled for AVX-512 with its dot products of bytes (VNNI); nothing of the standard library is
// instantiated here, as its inline functions would be shared with files compiled for less.
#include <immintrin.h>

#include "image/row_kernels.h"

namespace onnxformers::image {

// NOLINTBEGIN(modernize-avoid-c-arrays): those of the standard library are its functions
namespace {

constexpr std::size_t kBlock = sizeof(__m512i);
constexpr std::size_t kDigits = 3;

__m512i broadcast(std::uint32_t word) { return _mm512_set1_epi32(static_cast<int>(word)); }

/// Sums of pixels times each digit of their weights.
struct Sums {
  __m512i digits[kDigits] = {_mm512_setzero_si512(), _mm512_setzero_si512(),
                             _mm512_setzero_si512()};

  /// Four pixels of one channel stand side by side; so do four digits of their weights.
  void add(__m512i pixels, const __m512i* weights) {
    for (std::size_t i = 0; i < kDigits; ++i) {
      digits[i] = _mm512_dpbusd_epi32(digits[i], pixels, weights[i]);
    }
  }

  [[nodiscard]] __m512i values() const {
    const __m512i upper = _mm512_add_epi32(digits[1], _mm512_slli_epi32(digits[2], 8));
    const __m512i sum = _mm512_add_epi32(digits[0], _mm512_slli_epi32(upper, 8));
    return _mm512_srai_epi32(_mm512_add_epi32(sum, _mm512_set1_epi32(kHalf)), kWeightBits);
  }
};

/// For each four weights their lowest digits, then those above: in base 256, from -128 to 127.
void pack(const std::int32_t* weights, std::size_t groups, std::uint32_t* packed) {
  for (std::size_t group = 0; group < groups; ++group) {
    std::uint32_t words[kDigits] = {};
    for (std::size_t i = 0; i < 4; ++i) {
      std::int32_t rest = weights[group * 4 + i];
      for (std::uint32_t& word : words) {
        const auto digit = static_cast<std::int8_t>(rest & 0xFF);
        word |= static_cast<std::uint32_t>(static_cast<std::uint8_t>(digit)) << (8U * i);
        rest = (rest - digit) / 256;
      }
    }
    __builtin_memcpy(packed + group * kDigits, words, sizeof(words));
  }
}

__m128i load(const std::uint8_t* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

/// Four rows, one in each quarter of the registers.
void horizontal(const HorizontalRows& job, const PackedTaps& taps) {
  const auto s = static_cast<int>(job.pixel_stride);
  const int first = (s << 8) | (2 * s << 16) | (3 * s << 24);
  const __m512i by_channel = _mm512_broadcast_i32x4(
      _mm_setr_epi32(first, first + 0x01010101, first + 0x02020202, first + 0x03030303));
  const std::size_t step = 4 * job.pixel_stride;
  for (std::size_t x = 0; x < taps.count; ++x) {
    const Tap place = taps.places[x];
    const std::uint32_t* weights = taps.weights + x * taps.stride;
    std::size_t at = place.first * job.pixel_stride;
    Sums sums;
    for (std::size_t i = 0; i < place.count; i += 4, at += step, weights += kDigits) {
      __m512i four = _mm512_castsi128_si512(load(job.rows[0] + at));
      four = _mm512_inserti32x4(four, load(job.rows[1] + at), 1);
      four = _mm512_inserti32x4(four, load(job.rows[2] + at), 2);
      four = _mm512_inserti32x4(four, load(job.rows[3] + at), 3);
      const __m512i digits[kDigits] = {broadcast(weights[0]), broadcast(weights[1]),
                                       broadcast(weights[2])};
      sums.add(_mm512_shuffle_epi8(four, by_channel), digits);
    }
    const __m512i values =
        _mm512_min_epi32(_mm512_max_epi32(sums.values(), _mm512_setzero_si512()), broadcast(255));
    alignas(16) std::uint32_t pixels[4];
    _mm_store_si128(reinterpret_cast<__m128i*>(pixels), _mm512_cvtepi32_epi8(values));
    for (std::size_t row = 0; row < 4; ++row) {
      __builtin_memcpy(job.out[row] + x * job.channels, &pixels[row], sizeof(pixels[row]));
    }
  }
}

__m512i vertical_block(const std::uint8_t* const* rows, std::size_t count,
                       const std::uint32_t* weights, std::size_t begin, __mmask64 mask) {
  Sums sums[4];
  for (std::size_t i = 0; i < count; i += 4, weights += kDigits) {
    const __m512i a = _mm512_maskz_loadu_epi8(mask, rows[i] + begin);
    const __m512i b = _mm512_maskz_loadu_epi8(mask, rows[i + 1] + begin);
    const __m512i c = _mm512_maskz_loadu_epi8(mask, rows[i + 2] + begin);
    const __m512i d = _mm512_maskz_loadu_epi8(mask, rows[i + 3] + begin);
    const __m512i ab_below = _mm512_unpacklo_epi8(a, b);
    const __m512i ab_above = _mm512_unpackhi_epi8(a, b);
    const __m512i cd_below = _mm512_unpacklo_epi8(c, d);
    const __m512i cd_above = _mm512_unpackhi_epi8(c, d);
    const __m512i digits[kDigits] = {broadcast(weights[0]), broadcast(weights[1]),
                                     broadcast(weights[2])};
    sums[0].add(_mm512_unpacklo_epi16(ab_below, cd_below), digits);
    sums[1].add(_mm512_unpackhi_epi16(ab_below, cd_below), digits);
    sums[2].add(_mm512_unpacklo_epi16(ab_above, cd_above), digits);
    sums[3].add(_mm512_unpackhi_epi16(ab_above, cd_above), digits);
  }
  return _mm512_packus_epi16(_mm512_packs_epi32(sums[0].values(), sums[1].values()),
                             _mm512_packs_epi32(sums[2].values(), sums[3].values()));
}

void vertical(const std::uint8_t* const* rows, std::size_t count, const std::uint32_t* weights,
              std::size_t bytes, std::uint8_t* out) {
  for (std::size_t begin = 0; begin < bytes; begin += kBlock) {
    const std::size_t length = bytes - begin < kBlock ? bytes - begin : kBlock;
    const __mmask64 mask = ~0ULL >> (kBlock - length);
    _mm512_mask_storeu_epi8(out + begin, mask, vertical_block(rows, count, weights, begin, mask));
  }
}

}  // namespace
// NOLINTEND(modernize-avoid-c-arrays)

const RowKernels kAvx512Kernels{"avx512", 4, kDigits, &pack, &horizontal, &vertical};

}  // namespace onnxformers::image
