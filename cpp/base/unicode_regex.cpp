#include "base/unicode_regex.h"

#include <algorithm>
#include <string>

namespace onnxformers::unicode {

namespace {

template <typename Foldings, typename Pool>
std::u32string_view find_folding(const Foldings& foldings, const Pool& pool, char32_t code) {
  const auto found = std::ranges::lower_bound(foldings, code, {}, &tables::Folding::code);
  if (found == foldings.end() || found->code != code) {
    return {};
  }
  return {&pool[found->first], found->count};
}

}  // namespace

std::optional<std::span<const CodeRange>> find_property(std::string_view name) {
  std::string bare;
  for (const char c : name) {
    if (c != '_' && c != '-' && c != ' ') {
      bare.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  const auto* const found =
      std::ranges::lower_bound(tables::kNamed, std::string_view(bare), {}, &tables::Named::name);
  if (found == tables::kNamed.end() || found->name != bare) {
    return std::nullopt;
  }
  return std::span(tables::kRanges).subspan(found->first, found->count);
}

std::u32string_view case_equivalents(char32_t code) noexcept {
  return find_folding(tables::kEqual, tables::kEqualPool, code);
}

std::u32string_view case_expansion(char32_t code) noexcept {
  return find_folding(tables::kSeveral, tables::kSeveralPool, code);
}

}  // namespace onnxformers::unicode
