#include "base/unicode_normalization.h"

#include <algorithm>
#include <bit>

#include "base/unicode_stages.h"
#include "base/utf8.h"
#include "unicode/normalization_tables.h"

namespace onnxformers::unicode {

namespace {

char32_t compose_hangul(char32_t first, char32_t second) noexcept {
  using namespace hangul;
  const char32_t leading = first - kLeading;
  const char32_t vowel = second - kVowels;
  if (leading < kLeadingCount && vowel < kVowelCount) {
    return kSyllables + (((leading * kVowelCount) + vowel) * kTrailingCount);
  }
  const char32_t trailing = second - kTrailing;
  const bool is_open = is_syllable(first) && (first - kSyllables) % kTrailingCount == 0;
  return is_open && trailing > 0 && trailing < kTrailingCount ? first + trailing : 0;
}

}  // namespace

bool is_inert(char32_t code, Inert change) noexcept {
  return (look_up(tables::kReactionBlocks, tables::kReaction, code) & change) == 0;
}

std::size_t skip_inert(std::string_view text, std::size_t begin, Inert change) noexcept {
  std::size_t i = begin;
  while (i < text.size()) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) {
      i = utf8::skip_ascii(text, i + 1);
      continue;
    }
    const bool is_lead_inert = (tables::kInertLeads[lead] & change) != 0;
    if (!is_lead_inert && !is_inert(utf8::decode(text, i).code, change)) {
      return i;
    }
    i += static_cast<std::size_t>(std::countl_one(lead));
  }
  return text.size();
}

std::u32string_view compatibility_decomposition(char32_t code) noexcept {
  const std::size_t number = look_up(tables::kCompatibilityBlocks, tables::kCompatibility, code);
  if (number == 0) {
    return {};
  }
  const std::size_t begin = tables::kCompatibilityPlaces[number - 1];
  return {&tables::kCompatibilityPool[begin], tables::kCompatibilityPlaces[number] - begin};
}

char32_t compose(char32_t first, char32_t second) noexcept {
  const char32_t syllable = compose_hangul(first, second);
  if (syllable != 0) {
    return syllable;
  }
  const std::uint64_t pair = std::uint64_t{first} << 32U | second;
  const auto* const found =
      std::ranges::lower_bound(tables::kCompositions, pair, {}, &tables::Composition::pair);
  return found != tables::kCompositions.end() && found->pair == pair ? found->composite : 0;
}

}  // namespace onnxformers::unicode
