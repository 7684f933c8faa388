#pragma once

// For utf8::is_valid(); where there is no SSSE3 it does without.
#if defined(__SSSE3__)

#include <array>
#include <cstddef>
#include <tmmintrin.h>

namespace onnxformers::utf8 {

/// Checks 16 bytes at a time: for each byte the high and low half of the byte before and its own
/// high half say which faults they leave possible; a fault is what all three have in common.
///
/// Source: Keiser and Lemire 2021, arXiv:2010.03090.
class Validator {
 public:
  static constexpr std::size_t kBlock = sizeof(__m128i);

  void add(const char* block) noexcept {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block));
    if (_mm_movemask_epi8(_mm_or_si128(bytes, before_)) != 0) {
      const __m128i one = _mm_alignr_epi8(bytes, before_, 15);
      const __m128i common =
          _mm_and_si128(_mm_and_si128(_mm_shuffle_epi8(load(kFirstHigh), high_half(one)),
                                      _mm_shuffle_epi8(load(kFirstLow), low_half(one))),
                        _mm_shuffle_epi8(load(kSecondHigh), high_half(bytes)));
      // Two continuation bytes in a row are right behind the lead of a longer sequence only.
      const __m128i third = _mm_subs_epu8(_mm_alignr_epi8(bytes, before_, 14), all(0xE0 - 0x80));
      const __m128i fourth = _mm_subs_epu8(_mm_alignr_epi8(bytes, before_, 13), all(0xF0 - 0x80));
      const __m128i longer = _mm_and_si128(_mm_or_si128(third, fourth), all(0x80));
      faults_ = _mm_or_si128(faults_, _mm_xor_si128(longer, common));
    }
    before_ = bytes;
  }

  [[nodiscard]] bool has_fault() const noexcept {
    return _mm_movemask_epi8(_mm_cmpeq_epi8(faults_, _mm_setzero_si128())) != 0xFFFF;
  }

 private:
  using Faults = std::array<unsigned char, kBlock>;

  static constexpr unsigned char kTooShort = 1;   // a lead, and no continuation byte
  static constexpr unsigned char kTooLong = 2;    // ASCII, and a continuation byte
  static constexpr unsigned char kOverlong3 = 4;  // E0 80 to E0 9F
  static constexpr unsigned char kTooLarge = 8;   // F4 90 on, F5 on with 90 on
  static constexpr unsigned char kSurrogate = 16;
  static constexpr unsigned char kOverlong2 = 32;   // C0 and C1
  static constexpr unsigned char kFour80 = 64;      // F0 80 to F0 8F; F5 on with 80 to 8F
  static constexpr unsigned char kContinues = 128;  // two continuation bytes
  // Whatever the low half of the first byte is.
  static constexpr unsigned char kAny = kTooShort | kTooLong | kContinues;
  static constexpr unsigned char kAbove = kAny | kTooLarge | kFour80;
  static constexpr unsigned char kAfter = kTooLong | kOverlong2 | kContinues;

  static constexpr Faults kFirstHigh = {kTooLong,
                                        kTooLong,
                                        kTooLong,
                                        kTooLong,
                                        kTooLong,
                                        kTooLong,
                                        kTooLong,
                                        kTooLong,
                                        kContinues,
                                        kContinues,
                                        kContinues,
                                        kContinues,
                                        kTooShort | kOverlong2,
                                        kTooShort,
                                        kTooShort | kOverlong3 | kSurrogate,
                                        kTooShort | kTooLarge | kFour80};
  static constexpr Faults kFirstLow = {kAny | kOverlong3 | kOverlong2 | kFour80,
                                       kAny | kOverlong2,
                                       kAny,
                                       kAny,
                                       kAny | kTooLarge,
                                       kAbove,
                                       kAbove,
                                       kAbove,
                                       kAbove,
                                       kAbove,
                                       kAbove,
                                       kAbove,
                                       kAbove,
                                       kAbove | kSurrogate,
                                       kAbove,
                                       kAbove};
  static constexpr Faults kSecondHigh = {kTooShort,
                                         kTooShort,
                                         kTooShort,
                                         kTooShort,
                                         kTooShort,
                                         kTooShort,
                                         kTooShort,
                                         kTooShort,
                                         kAfter | kOverlong3 | kFour80,
                                         kAfter | kOverlong3 | kTooLarge,
                                         kAfter | kSurrogate | kTooLarge,
                                         kAfter | kSurrogate | kTooLarge,
                                         kTooShort,
                                         kTooShort,
                                         kTooShort,
                                         kTooShort};

  [[nodiscard]] static __m128i load(const Faults& faults) noexcept {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(faults.data()));
  }
  [[nodiscard]] static __m128i all(unsigned char byte) noexcept {
    return _mm_set1_epi8(static_cast<char>(byte));
  }
  [[nodiscard]] static __m128i low_half(__m128i bytes) noexcept {
    return _mm_and_si128(bytes, all(0x0F));
  }
  [[nodiscard]] static __m128i high_half(__m128i bytes) noexcept {
    return low_half(_mm_srli_epi16(bytes, 4));
  }

  __m128i before_ = _mm_setzero_si128();
  __m128i faults_ = _mm_setzero_si128();
};

}  // namespace onnxformers::utf8

#endif
