#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

/// Normalisation forms as the reference has them: Unicode 9.0 throughout.
namespace onnxformers::unicode {

/// Changes that may leave a code point alone, as bits.
enum Inert : std::uint8_t {
  InertNfc = 1,
  InertNfd = 2,
  InertNfkc = 4,
  InertNfkd = 8,
  InertUnmarked = 16,   ///< StripAccents
  InertLowercase = 32,  ///< Lowercase
  InertOrdered = 64,    ///< NFC but for the order of marks: NFC_Quick_Check=Yes of UAX #15
};

/// Whether a form leaves the code point as it is and nothing is moved across it: a starter that
/// stays and, for NFC and NFKC, does not compose with what stands before it (so that UAX #15 calls
/// it a boundary); for the other bits, that it is not changed.
[[nodiscard]] bool is_inert(char32_t code, Inert change) noexcept;

/// End of the longest part of well-formed `text` from `begin` on that has only inert characters;
/// ASCII is passed over (also by InertLowercase: its capitals are seen to before). Many bytes at a
/// time where the first bytes tell.
[[nodiscard]] std::size_t skip_inert(std::string_view text, std::size_t begin,
                                     Inert change) noexcept;

/// Full compatibility decomposition (NFKD) where it differs from the canonical one, else empty;
/// never for Hangul. Static data.
[[nodiscard]] std::u32string_view compatibility_decomposition(char32_t code) noexcept;

/// What two code points compose to (Hangul too), 0 if nothing.
[[nodiscard]] char32_t compose(char32_t first, char32_t second) noexcept;

/// Hangul syllables compose by arithmetic: The Unicode Standard, section 3.12.
namespace hangul {
inline constexpr char32_t kSyllables = 0xAC00;
inline constexpr char32_t kLeading = 0x1100;
inline constexpr char32_t kVowels = 0x1161;
inline constexpr char32_t kTrailing = 0x11A7;  // one before the first
inline constexpr char32_t kLeadingCount = 19;
inline constexpr char32_t kVowelCount = 21;
inline constexpr char32_t kTrailingCount = 28;
inline constexpr char32_t kSyllableCount = kLeadingCount * kVowelCount * kTrailingCount;

[[nodiscard]] constexpr bool is_syllable(char32_t code) noexcept {
  return code - kSyllables < kSyllableCount;
}
}  // namespace hangul

}  // namespace onnxformers::unicode
