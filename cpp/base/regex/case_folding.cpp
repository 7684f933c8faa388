#include "base/regex/case_folding.h"

#include <algorithm>

#include "base/unicode_regex.h"

namespace onnxformers::regex {

namespace {

std::vector<Expansion> make_expansions() {
  std::vector<Expansion> all;
  for (const auto& entry : unicode::tables::kSeveral) {
    const char32_t code = entry.code;
    const std::u32string_view folded = unicode::case_expansion(code);
    const auto known = std::ranges::find(all, folded, &Expansion::folded);
    if (known != all.end()) {
      known->codes.push_back(code);
      known->single.add(case_variants(code));
    } else {
      all.push_back({
          .folded = std::u32string(folded),
          .codes = {code},
          .single = case_variants(code),
      });
    }
  }
  std::ranges::stable_sort(all, {}, [](const Expansion& e) { return e.folded.size(); });
  return all;
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

char32_t case_key(char32_t code) {
  char32_t key = code;
  for (const char32_t other : unicode::case_equivalents(code)) {
    key = std::min(key, other);
  }
  return key;
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
  for (const auto& entry : unicode::tables::kEqual) {
    if (set.contains(entry.code)) {
      for (const char32_t other : unicode::case_equivalents(entry.code)) {
        variants.push_back({.first = other, .last = other});
      }
    }
  }
  set.add(CharSet(std::move(variants)));
}

}  // namespace onnxformers::regex
