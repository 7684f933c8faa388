// Compiled for x86-64 with SSE4.1; nothing of the standard library is instantiated here, as its
// inline functions would be shared with files compiled for less.
#include <smmintrin.h>

#include "image/row_kernels.h"
#include "image/weight_halves.h"

namespace onnxformers::image {

// NOLINTBEGIN(modernize-avoid-c-arrays): those of the standard library are its functions
namespace {

constexpr std::size_t kBlock = sizeof(__m128i);

__m128i broadcast(std::uint32_t word) { return _mm_set1_epi32(static_cast<int>(word)); }

/// Sums of pixels times the lower and the upper half of their weights.
struct Sums {
  __m128i low = _mm_setzero_si128();
  __m128i high = _mm_setzero_si128();

  void add(__m128i pairs, __m128i low_weights, __m128i high_weights) {
    low = _mm_add_epi32(low, _mm_madd_epi16(pairs, low_weights));
    high = _mm_add_epi32(high, _mm_madd_epi16(pairs, high_weights));
  }

  [[nodiscard]] __m128i values() const {
    const __m128i sum = _mm_add_epi32(low, _mm_slli_epi32(high, kLowBits));
    return _mm_srai_epi32(_mm_add_epi32(sum, _mm_set1_epi32(kHalf)), kWeightBits);
  }
};

/// Which bytes of four pixels make pairs of channels as 16-bit numbers, beginning with a pixel.
__m128i pair_shuffle(std::size_t stride, std::size_t first) {
  const auto a = static_cast<char>(first * stride);
  const auto b = static_cast<char>((first + 1) * stride);
  const auto plus = [](char at, int channel) { return static_cast<char>(at + channel); };
  return _mm_setr_epi8(a, -1, b, -1, plus(a, 1), -1, plus(b, 1), -1, plus(a, 2), -1, plus(b, 2), -1,
                       plus(a, 3), -1, plus(b, 3), -1);
}

void store_pixel(std::uint8_t* out, __m128i values) {
  const __m128i words = _mm_packs_epi32(values, values);
  const int bytes = _mm_cvtsi128_si32(_mm_packus_epi16(words, words));
  __builtin_memcpy(out, &bytes, sizeof(bytes));
}

void horizontal(const HorizontalRows& job, const PackedTaps& taps) {
  const __m128i first = pair_shuffle(job.pixel_stride, 0);
  const __m128i second = pair_shuffle(job.pixel_stride, 2);
  for (std::size_t x = 0; x < taps.count; ++x) {
    const Tap place = taps.places[x];
    const std::uint8_t* pixels = job.rows[0] + (place.first * job.pixel_stride);
    const std::uint32_t* weights = taps.weights + (x * taps.stride);
    Sums sums;
    for (std::size_t i = 0; i < place.count; i += 4, pixels += 4 * job.pixel_stride, weights += 4) {
      const __m128i four = _mm_loadu_si128(reinterpret_cast<const __m128i*>(pixels));
      sums.add(_mm_shuffle_epi8(four, first), broadcast(weights[0]), broadcast(weights[1]));
      sums.add(_mm_shuffle_epi8(four, second), broadcast(weights[2]), broadcast(weights[3]));
    }
    store_pixel(job.out[0] + (x * job.channels), sums.values());
  }
}

__m128i vertical_block(const std::uint8_t* const* rows, std::size_t count,
                       const std::uint32_t* weights, std::size_t begin) {
  Sums sums[4];
  const __m128i zero = _mm_setzero_si128();
  for (std::size_t i = 0; i < count; i += 2, weights += 2) {
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[i] + begin));
    const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i*>(rows[i + 1] + begin));
    const __m128i below = _mm_unpacklo_epi8(a, b);
    const __m128i above = _mm_unpackhi_epi8(a, b);
    const __m128i low = broadcast(weights[0]);
    const __m128i high = broadcast(weights[1]);
    sums[0].add(_mm_unpacklo_epi8(below, zero), low, high);
    sums[1].add(_mm_unpackhi_epi8(below, zero), low, high);
    sums[2].add(_mm_unpacklo_epi8(above, zero), low, high);
    sums[3].add(_mm_unpackhi_epi8(above, zero), low, high);
  }
  return _mm_packus_epi16(_mm_packs_epi32(sums[0].values(), sums[1].values()),
                          _mm_packs_epi32(sums[2].values(), sums[3].values()));
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
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out + place),
                     vertical_block(rows, count, weights, place));
  }
}

}  // namespace
// NOLINTEND(modernize-avoid-c-arrays)

const RowKernels kSse41Kernels{.name = "sse4.1",
                               .rows = 1,
                               .words_per_group = 4,
                               .pack = &pack_halves,
                               .horizontal = &horizontal,
                               .vertical = &vertical};

}  // namespace onnxformers::image
