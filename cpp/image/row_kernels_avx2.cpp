// Compiled for AVX2; nothing of the standard library is instantiated here, as its inline functions
// would be shared with files compiled for less.
#include <immintrin.h>

#include "image/row_kernels.h"
#include "image/weight_halves.h"

namespace onnxformers::image {

// NOLINTBEGIN(modernize-avoid-c-arrays): those of the standard library are its functions
namespace {

constexpr std::size_t kBlock = sizeof(__m256i);

__m256i broadcast(std::uint32_t word) { return _mm256_set1_epi32(static_cast<int>(word)); }

/// Sums of pixels times the lower and the upper half of their weights.
struct Sums {
  __m256i low = _mm256_setzero_si256();
  __m256i high = _mm256_setzero_si256();

  void add(__m256i pairs, __m256i low_weights, __m256i high_weights) {
    low = _mm256_add_epi32(low, _mm256_madd_epi16(pairs, low_weights));
    high = _mm256_add_epi32(high, _mm256_madd_epi16(pairs, high_weights));
  }

  [[nodiscard]] __m256i values() const {
    const __m256i sum = _mm256_add_epi32(low, _mm256_slli_epi32(high, kLowBits));
    return _mm256_srai_epi32(_mm256_add_epi32(sum, _mm256_set1_epi32(kHalf)), kWeightBits);
  }
};

/// Which bytes of four pixels make pairs of channels as 16-bit numbers, beginning with a pixel.
__m256i pair_shuffle(std::size_t stride, std::size_t first) {
  const auto a = static_cast<char>(first * stride);
  const auto b = static_cast<char>((first + 1) * stride);
  const auto plus = [](char at, int channel) { return static_cast<char>(at + channel); };
  return _mm256_broadcastsi128_si256(_mm_setr_epi8(a, -1, b, -1, plus(a, 1), -1, plus(b, 1), -1,
                                                   plus(a, 2), -1, plus(b, 2), -1, plus(a, 3), -1,
                                                   plus(b, 3), -1));
}

__m128i load(const std::uint8_t* bytes) {
  return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes));
}

void store_pixel(std::uint8_t* out, __m128i values) {
  const __m128i words = _mm_packs_epi32(values, values);
  const int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
  __builtin_memcpy(out, &bytes, sizeof(bytes));
}

/// Two rows, one in each half of the registers.
void horizontal(const HorizontalRows& job, const PackedTaps& taps) {
  const __m256i first = pair_shuffle(job.pixel_stride, 0);
  const __m256i second = pair_shuffle(job.pixel_stride, 2);
  const std::size_t step = 4 * job.pixel_stride;
  for (std::size_t x = 0; x < taps.count; ++x) {
    const Tap place = taps.places[x];
    const std::uint32_t* weights = taps.weights + (x * taps.stride);
    std::size_t at = place.first * job.pixel_stride;
    Sums sums;
    for (std::size_t i = 0; i < place.count; i += 4, at += step, weights += 4) {
      const __m256i four = _mm256_inserti128_si256(_mm256_castsi128_si256(load(job.rows[0] + at)),
                                                   load(job.rows[1] + at), 1);
      sums.add(_mm256_shuffle_epi8(four, first), broadcast(weights[0]), broadcast(weights[1]));
      sums.add(_mm256_shuffle_epi8(four, second), broadcast(weights[2]), broadcast(weights[3]));
    }
    const __m256i values = sums.values();
    store_pixel(job.out[0] + (x * job.channels), _mm256_castsi256_si128(values));
    store_pixel(job.out[1] + (x * job.channels), _mm256_extracti128_si256(values, 1));
  }
}

__m256i vertical_block(const std::uint8_t* const* rows, std::size_t count,
                       const std::uint32_t* weights, std::size_t begin) {
  Sums sums[4];
  const __m256i zero = _mm256_setzero_si256();
  for (std::size_t i = 0; i < count; i += 2, weights += 2) {
    const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows[i] + begin));
    const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(rows[i + 1] + begin));
    const __m256i below = _mm256_unpacklo_epi8(a, b);
    const __m256i above = _mm256_unpackhi_epi8(a, b);
    const __m256i low = broadcast(weights[0]);
    const __m256i high = broadcast(weights[1]);
    sums[0].add(_mm256_unpacklo_epi8(below, zero), low, high);
    sums[1].add(_mm256_unpackhi_epi8(below, zero), low, high);
    sums[2].add(_mm256_unpacklo_epi8(above, zero), low, high);
    sums[3].add(_mm256_unpackhi_epi8(above, zero), low, high);
  }
  return _mm256_packus_epi16(_mm256_packs_epi32(sums[0].values(), sums[1].values()),
                             _mm256_packs_epi32(sums[2].values(), sums[3].values()));
}

void vertical(const std::uint8_t* const* rows, std::size_t count, const std::uint32_t* weights,
              std::size_t bytes, std::uint8_t* out) {
  if (bytes < kBlock) {
    vertical_bytes(rows, count, weights, bytes, out);
    return;
  }
  for (std::size_t begin = 0; begin < bytes; begin += kBlock) {
    // The last block begins earlier and makes some bytes again.
    const std::size_t place = begin + kBlock <= bytes ? begin : bytes - kBlock;
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + place),
                        vertical_block(rows, count, weights, place));
  }
}

}  // namespace
// NOLINTEND(modernize-avoid-c-arrays)

const RowKernels kAvx2Kernels{.name = "avx2",
                              .rows = 2,
                              .words_per_group = 4,
                              .pack = &pack_halves,
                              .horizontal = &horizontal,
                              .vertical = &vertical};

}  // namespace onnxformers::image
