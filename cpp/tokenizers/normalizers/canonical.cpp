#include "tokenizers/normalizers/canonical.h"

#include <algorithm>
#include <vector>

#include "base/unicode.h"
#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

// Hangul syllables decompose by arithmetic: The Unicode Standard, section 3.12.
constexpr char32_t kSyllables = 0xAC00;
constexpr char32_t kLeading = 0x1100;
constexpr char32_t kVowels = 0x1161;
constexpr char32_t kTrailing = 0x11A7;
constexpr char32_t kVowelCount = 21;
constexpr char32_t kTrailingCount = 28;
constexpr char32_t kSyllableCount = 19 * kVowelCount * kTrailingCount;

/// Writes decomposed characters, reordering each run of marks, and tells which origin they have.
class Reordering {
 public:
  explicit Reordering(NormalizedText& text) : text_(text), last_(text.front_origin()) {}

  void add(char32_t code, bool is_first) {
    const std::uint8_t combining = unicode::combining_class(code);
    if (combining == 0) {
      flush();
      write({.code = code, .combining = combining, .is_first = is_first});
    } else {
      marks_.push_back({.code = code, .combining = combining, .is_first = is_first});
    }
  }

  void flush() {
    // Mostly nothing to do; a long run in order stays linear.
    if (!std::ranges::is_sorted(marks_, {}, &Mark::combining)) {
      std::ranges::stable_sort(marks_, {}, &Mark::combining);
    }
    for (const Mark& mark : marks_) {
      write(mark);
    }
    marks_.clear();
  }

 private:
  struct Mark {
    char32_t code;
    std::uint8_t combining;
    bool is_first;  // of its decomposition: it consumes the next character of the source
  };

  void write(const Mark& mark) {
    if (mark.is_first) {
      last_ = text_.origin_or_zero(source_);
      source_ += utf8::decode(text_.text(), source_).length;
    }
    text_.put(mark.code, last_);
  }

  NormalizedText& text_;
  std::vector<Mark> marks_;
  std::size_t source_ = 0;
  Origin last_;
};

}  // namespace

void append_decomposition(std::u32string& out, char32_t code) {
  if (code >= kSyllables && code < kSyllables + kSyllableCount) {
    const char32_t index = code - kSyllables;
    out.push_back(kLeading + (index / (kVowelCount * kTrailingCount)));
    out.push_back(kVowels + (index % (kVowelCount * kTrailingCount) / kTrailingCount));
    if (index % kTrailingCount != 0) {
      out.push_back(kTrailing + (index % kTrailingCount));
    }
    return;
  }
  const std::u32string_view decomposition = unicode::canonical_decomposition(code);
  if (decomposition.empty()) {
    out.push_back(code);
  } else {
    out.append(decomposition);
  }
}

void decompose_canonically(NormalizedText& text) {
  text.begin_rewrite();
  Reordering reordering(text);
  std::u32string decomposition;
  const std::string_view from = text.text();
  for (std::size_t i = 0; i < from.size();) {
    const auto [code, length] = utf8::decode(from, i);
    decomposition.clear();
    append_decomposition(decomposition, code);
    for (std::size_t k = 0; k < decomposition.size(); ++k) {
      reordering.add(decomposition[k], k == 0);
    }
    i += length;
  }
  reordering.flush();
  text.commit();
}

}  // namespace onnxformers::tokenizers
