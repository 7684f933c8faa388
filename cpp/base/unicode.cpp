#include "base/unicode.h"

#include "base/unicode_stages.h"
#include "unicode/tables.h"

namespace onnxformers::unicode {

namespace {

const tables::Properties& properties(char32_t code) {
  return tables::kPropertyRows[look_up(tables::kPropertyBlocks, tables::kProperty, code)];
}

bool has_flag(char32_t code, std::uint8_t flag) { return (properties(code).flags & flag) != 0; }

}  // namespace

Category category(char32_t code) noexcept {
  return static_cast<Category>(properties(code).category);
}

std::uint8_t script(char32_t code) noexcept {
  return static_cast<std::uint8_t>(look_up(tables::kScriptBlocks, tables::kScript, code));
}

char32_t category_run_end(char32_t code) noexcept {
  constexpr char32_t kInBlock = (1U << tables::kBlockBits) - 1;
  const auto& blocks = tables::kPropertyBlocks;
  const Category wanted = category(code);
  for (char32_t end = code;; ++end) {
    if ((end & kInBlock) == kInBlock && code <= end - kInBlock) {
      // All of the block is of this category, and so are those after it that are stored as one.
      std::size_t block = end >> tables::kBlockBits;
      for (; block + 1 < blocks.size() && blocks[block + 1] == blocks[block]; ++block) {
        end += kInBlock + 1;
      }
    }
    if (end >> tables::kBlockBits >= blocks.size() - 1 && (end & kInBlock) == kInBlock) {
      return end;
    }
    if (category(end + 1) != wanted) {
      return end;
    }
  }
}

namespace lookup {

bool is_whitespace(char32_t code) noexcept {
  switch (code) {
    case 0x85:
    case 0xA0:
    case 0x1680:
    case 0x2028:
    case 0x2029:
    case 0x202F:
    case 0x205F:
    case 0x3000:
      return true;
    default:
      return code >= 0x2000 && code <= 0x200A;
  }
}

bool is_bert_punctuation(char32_t code) noexcept { return has_flag(code, tables::kPunctuation); }
bool is_bert_control(char32_t code) noexcept { return has_flag(code, tables::kControl); }
bool is_bert_accent(char32_t code) noexcept { return has_flag(code, tables::kAccent); }
bool is_combining_mark(char32_t code) noexcept { return has_flag(code, tables::kMark); }

std::u32string_view lowercase(char32_t code, char32_t& own) noexcept {
  // The only mapping to more than one code point: make_unicode_tables.py checks it.
  if (code == 0x130) {
    return U"i\u0307";
  }
  const std::size_t index = look_up(tables::kLowercaseBlocks, tables::kLowercase, code);
  own = code + static_cast<char32_t>(tables::kLowercaseDeltas[index]);
  return {&own, 1};
}

std::u32string_view canonical_decomposition(char32_t code) noexcept {
  const std::size_t entry = look_up(tables::kDecompositionBlocks, tables::kDecomposition, code);
  if (entry == 0) {
    return {};
  }
  return {&tables::kDecompositionPool[entry >> 2U], (entry & 3U) + 1};
}

std::uint8_t combining_class(char32_t code) noexcept { return properties(code).combining_class; }

bool is_numeric(char32_t code) noexcept { return has_flag(code, tables::kNumeric); }
bool is_alphabetic(char32_t code) noexcept { return has_flag(code, tables::kAlphabetic); }

bool is_rust_word(char32_t code) noexcept {
  const tables::Properties& found = properties(code);
  switch (static_cast<Category>(found.category)) {
    case Category::Mc:
    case Category::Me:
    case Category::Mn:
    case Category::Nd:
    case Category::Pc:
      return true;
    default:
      return (found.flags & tables::kAlphabetic) != 0 || code == 0x200C || code == 0x200D;
  }
}

}  // namespace lookup

}  // namespace onnxformers::unicode
