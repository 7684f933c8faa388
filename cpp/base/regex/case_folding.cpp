#include "base/regex/case_folding.h"

#include <algorithm>

#include "base/unicode_regex.h"

namespace onnxformers::regex {

namespace {

/// Beyond this nothing has case (tests/cpp/base/test_regex.cpp).
constexpr char32_t kCasedEnd = 0x20000;

std::vector<Expansion> make_expansions() {
  std::vector<Expansion> all;
  for (char32_t code = 0; code < kCasedEnd; ++code) {
    const std::u32string_view folded = unicode::case_expansion(code);
    if (folded.empty()) {
      continue;
    }
    const auto known = std::ranges::find(all, folded, &Expansion::folded);
    if (known != all.end()) {
      known->single.add(code, code);
    } else {
      all.push_back({.folded = std::u32string(folded), .single = case_variants(code)});
    }
  }
  std::ranges::stable_sort(all, {}, [](const Expansion& e) { return e.folded.size(); });
  return all;
}

const std::vector<char32_t>& cased_codes() {
  static const std::vector<char32_t> kCodes = [] {
    std::vector<char32_t> codes;
    for (char32_t code = 0; code < kCasedEnd; ++code) {
      if (!unicode::case_equivalents(code).empty()) {
        codes.push_back(code);
      }
    }
    return codes;
  }();
  return kCodes;
}

}  // namespace

const std::vector<Expansion>& expansions() {
  static const std::vector<Expansion> kAll = make_expansions();
  return kAll;
}

const Expansion* expansion_of(char32_t code) {
  const std::u32string_view folded = unicode::case_expansion(code);
  if (folded.empty()) {
    return nullptr;
  }
  const auto found = std::ranges::find(expansions(), folded, &Expansion::folded);
  return &*found;
}

CharSet case_variants(char32_t code) {
  CharSet set{{.first = code, .last = code}};
  for (const char32_t other : unicode::case_equivalents(code)) {
    set.add(other, other);
  }
  return set;
}

void add_case_variants(CharSet& set) {
  std::vector<CharSet::Range> variants;
  for (const char32_t code : cased_codes()) {
    if (set.contains(code)) {
      for (const char32_t other : unicode::case_equivalents(code)) {
        variants.push_back({.first = other, .last = other});
      }
    }
  }
  set.add(CharSet(std::move(variants)));
}

}  // namespace onnxformers::regex
