#include "base/regex/properties.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "base/unicode_regex.h"

namespace onnxformers::regex {

namespace {

/// Categories by number, in the order of unicode::Category.
constexpr std::array<std::string_view, 30> kCategories = {
    "cn", "cc", "cf", "co", "cs", "ll", "lm", "lo", "lt", "lu", "mc", "me", "mn", "nd", "nl",
    "no", "pc", "pd", "pe", "pf", "pi", "po", "ps", "sc", "sk", "sm", "so", "zl", "zp", "zs",
};

/// Long names of categories and of groups of them.
constexpr auto kAliases = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"other", "c"},
    {"unassigned", "cn"},
    {"control", "cc"},
    {"cntrl", "cc"},
    {"format", "cf"},
    {"privateuse", "co"},
    {"surrogate", "cs"},
    {"letter", "l"},
    {"lowercaseletter", "ll"},
    {"modifierletter", "lm"},
    {"otherletter", "lo"},
    {"titlecaseletter", "lt"},
    {"uppercaseletter", "lu"},
    {"mark", "m"},
    {"combiningmark", "m"},
    {"spacingmark", "mc"},
    {"enclosingmark", "me"},
    {"nonspacingmark", "mn"},
    {"number", "n"},
    {"decimalnumber", "nd"},
    {"digit", "nd"},
    {"letternumber", "nl"},
    {"othernumber", "no"},
    {"punctuation", "p"},
    {"punct", "p"},
    {"connectorpunctuation", "pc"},
    {"dashpunctuation", "pd"},
    {"closepunctuation", "pe"},
    {"finalpunctuation", "pf"},
    {"initialpunctuation", "pi"},
    {"otherpunctuation", "po"},
    {"openpunctuation", "ps"},
    {"symbol", "s"},
    {"currencysymbol", "sc"},
    {"modifiersymbol", "sk"},
    {"mathsymbol", "sm"},
    {"othersymbol", "so"},
    {"separator", "z"},
    {"lineseparator", "zl"},
    {"paragraphseparator", "zp"},
    {"spaceseparator", "zs"},
});

/// Every category's members, from one pass over all code points.
const std::array<CharSet, kCategories.size()>& by_category() {
  static const std::array<CharSet, kCategories.size()> kSets = [] {
    std::array<std::vector<CharSet::Range>, kCategories.size()> ranges;
    for (char32_t first = 0; first <= kLastCode;) {
      const char32_t last = unicode::category_run_end(first);
      const auto category = static_cast<std::size_t>(unicode::category(first));
      ranges[category].push_back({.first = first, .last = last});
      first = last + 1;
    }
    std::array<CharSet, kCategories.size()> sets;
    for (std::size_t i = 0; i < sets.size(); ++i) {
      sets[i] = CharSet(std::move(ranges[i]));
    }
    return sets;
  }();
  return kSets;
}

/// The category of this name, or the union of those whose name begins with it.
CharSet categories(std::string_view prefix) {
  CharSet set;
  for (std::size_t i = 0; i < kCategories.size(); ++i) {
    if (kCategories[i].starts_with(prefix)) {
      set.add(by_category()[i]);
    }
  }
  return set;
}

CharSet either(std::initializer_list<std::string_view> prefixes) {
  CharSet set;
  for (const std::string_view prefix : prefixes) {
    set.add(categories(prefix));
  }
  return set;
}

std::optional<CharSet> named_set(std::string_view name) {
  const auto found = unicode::find_property(name);
  if (!found) {
    return std::nullopt;
  }
  std::vector<CharSet::Range> ranges;
  for (const unicode::CodeRange& range : *found) {
    ranges.push_back({.first = range.first, .last = range.last});
  }
  return CharSet(std::move(ranges));
}

CharSet with(CharSet set, const CharSet& other) {
  set.add(other);
  return set;
}

/// One of the names that the tables have.
CharSet known_set(std::string_view name) { return named_set(name).value_or(CharSet()); }

/// Names that are neither categories nor in the tables.
std::optional<CharSet> find_special(std::string_view name) {
  if (name == "any") {
    return CharSet{{.first = 0, .last = kLastCode}};
  }
  if (name == "assigned") {
    return categories("cn").complement();
  }
  if (name == "ascii") {
    return CharSet{{.first = 0, .last = 0x7F}};
  }
  if (name == "lc" || name == "casedletter") {
    return either({"ll", "lt", "lu"});
  }
  if (name == "alnum") {
    return with(known_set("alphabetic"), digit_set());
  }
  if (name == "blank") {
    return with(categories("zs"), {{.first = '\t', .last = '\t'}});
  }
  if (name == "graph") {
    return either({"cc", "cn", "cs", "z"}).complement();
  }
  if (name == "print") {
    return either({"cc", "cn", "cs", "zl", "zp"}).complement();
  }
  if (name == "space") {
    return space_set();
  }
  if (name == "xdigit") {
    return hex_digit_set();
  }
  return std::nullopt;
}

std::string bare(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != ' ' && c != '-' && c != '_') {
      plain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  return plain;
}

CharSet make_word_set(bool in_class) {
  CharSet set = with(known_set("alphabetic"), either({"m", "nd", "pc"}));
  for (char32_t code = 0; code < 0x100; ++code) {
    if (!in_class && unicode::is_word_outside_brackets(code)) {
      set.add(code, code);
    }
  }
  return set;
}

}  // namespace

const CharSet& word_set(bool in_class) {
  static const CharSet kInClass = make_word_set(true);
  static const CharSet kOutside = make_word_set(false);
  return in_class ? kInClass : kOutside;
}

const CharSet& digit_set() {
  static const CharSet kSet = categories("nd");
  return kSet;
}

const CharSet& space_set() {
  static const CharSet kSet = known_set("whitespace");
  return kSet;
}

const CharSet& hex_digit_set() {
  static const CharSet kSet{
      {.first = '0', .last = '9'},
      {.first = 'A', .last = 'F'},
      {.first = 'a', .last = 'f'},
  };
  return kSet;
}

std::optional<CharSet> find_property(std::string_view name, bool in_class) {
  const std::string plain = bare(name);
  if (plain == "word") {
    return word_set(in_class);
  }
  if (auto special = find_special(plain)) {
    return special;
  }
  const auto* const alias = std::ranges::find(
      kAliases, std::string_view(plain), &std::pair<std::string_view, std::string_view>::first);
  const std::string_view category =
      alias == kAliases.end() ? std::string_view(plain) : alias->second;
  const bool is_category =
      !category.empty() && category.size() <= 2 &&
      std::ranges::any_of(kCategories, [&](auto known) { return known.starts_with(category); });
  return is_category ? categories(category) : named_set(plain);
}

std::optional<CharSet> find_posix_bracket(std::string_view name) {
  constexpr std::array<std::string_view, 12> kSameAsProperty = {
      "alnum", "alpha", "ascii", "blank", "cntrl", "digit",
      "graph", "lower", "print", "space", "upper", "xdigit",
  };
  if (name == "punct") {
    return either({"p", "s"});
  }
  if (name == "word") {
    return word_set(true);
  }
  const bool is_known = std::ranges::find(kSameAsProperty, name) != kSameAsProperty.end();
  return is_known ? find_property(name, true) : std::nullopt;
}

}  // namespace onnxformers::regex
