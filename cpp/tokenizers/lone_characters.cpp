#include "tokenizers/lone_characters.h"

#include <algorithm>
#include <array>

namespace onnxformers::tokenizers {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Whole blocks but for what combines in them.
constexpr auto kRanges = std::to_array<Range>({
    {.first = 0x0000, .last = 0x000C},    // up to the carriage return
    {.first = 0x000E, .last = 0x02FF},    // Latin
    {.first = 0x0370, .last = 0x0482},    // Greek, Cyrillic
    {.first = 0x048A, .last = 0x058F},    // Cyrillic, Armenian
    {.first = 0x05D0, .last = 0x05EA},    // Hebrew
    {.first = 0x0620, .last = 0x064A},    // Arabic
    {.first = 0x0660, .last = 0x066F},    //
    {.first = 0x0671, .last = 0x06D3},    //
    {.first = 0x0E01, .last = 0x0E30},    // Thai
    {.first = 0x0E40, .last = 0x0E46},    //
    {.first = 0x10A0, .last = 0x10FF},    // Georgian
    {.first = 0x1200, .last = 0x135A},    // Ethiopic
    {.first = 0x1360, .last = 0x1399},    //
    {.first = 0x13A0, .last = 0x16FF},    // Cherokee, Canadian syllabics, Ogham, Runic
    {.first = 0x1E00, .last = 0x200B},    // Latin and Greek with accents, spaces
    {.first = 0x200E, .last = 0x20CF},    // punctuation, currencies
    {.first = 0x2100, .last = 0x2BFF},    // symbols, arrows, boxes
    {.first = 0x2E80, .last = 0x3029},    // radicals, CJK punctuation
    {.first = 0x3030, .last = 0x3098},    // Hiragana
    {.first = 0x309B, .last = 0x3130},    // Katakana, Bopomofo
    {.first = 0x3190, .last = 0x31FF},    // CJK strokes, Katakana
    {.first = 0x3280, .last = 0xA48F},    // CJK, Yi; before it are Hangul letters in circles
    {.first = 0xAC00, .last = 0xD7A3},    // Hangul syllables
    {.first = 0xF900, .last = 0xFAFF},    // CJK compatibility
    {.first = 0xFE30, .last = 0xFE6F},    // compatibility forms
    {.first = 0xFF01, .last = 0xFF9D},    // full and half width, but for Hangul
    {.first = 0xFFE0, .last = 0xFFEE},    //
    {.first = 0x1F000, .last = 0x1F1E5},  // pictures, but for flags
    {.first = 0x1F200, .last = 0x1F3FA},  // and but for skin tones
    {.first = 0x1F400, .last = 0x1FAFF},  //
    {.first = 0x20000, .last = 0x2FA1F},  // CJK
});

}  // namespace

bool is_lone(char32_t code) noexcept {
  const auto* const after = std::ranges::upper_bound(kRanges, code, {}, &Range::first);
  return after != kRanges.begin() && code <= std::prev(after)->last;
}

}  // namespace onnxformers::tokenizers
