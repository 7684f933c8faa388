#include "base/regex/properties.h"

#include <array>
#include <initializer_list>
#include <map>
#include <string>

#include "base/unicode.h"

namespace onnxformers::regex {

namespace {

using unicode::Category;

constexpr auto kCategories = std::to_array<std::pair<std::string_view, Category>>({
    {"cn", Category::Cn}, {"cc", Category::Cc}, {"cf", Category::Cf}, {"co", Category::Co},
    {"cs", Category::Cs}, {"ll", Category::Ll}, {"lm", Category::Lm}, {"lo", Category::Lo},
    {"lt", Category::Lt}, {"lu", Category::Lu}, {"mc", Category::Mc}, {"me", Category::Me},
    {"mn", Category::Mn}, {"nd", Category::Nd}, {"nl", Category::Nl}, {"no", Category::No},
    {"pc", Category::Pc}, {"pd", Category::Pd}, {"pe", Category::Pe}, {"pf", Category::Pf},
    {"pi", Category::Pi}, {"po", Category::Po}, {"ps", Category::Ps}, {"sc", Category::Sc},
    {"sk", Category::Sk}, {"sm", Category::Sm}, {"so", Category::So}, {"zl", Category::Zl},
    {"zp", Category::Zp}, {"zs", Category::Zs},
});

/// Long names, and groups of categories.
constexpr auto kAliases = std::to_array<std::pair<std::string_view, std::string_view>>({
    {"other", "c"},
    {"unassigned", "cn"},
    {"control", "cc"},
    {"cntrl", "cc"},
    {"format", "cf"},
    {"privateuse", "co"},
    {"surrogate", "cs"},
    {"letter", "l"},
    {"casedletter", "lc"},
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
    {"whitespace", "space"},
    {"digit", "nd"},
});

/// Every category's members, from one pass over all code points.
const std::array<CharSet, 30>& by_category() {
  static const std::array<CharSet, 30> kSets = [] {
    std::array<CharSet, 30> sets;
    char32_t first = 0;
    for (char32_t code = 1; code <= kLastCode + 1; ++code) {
      const Category category = unicode::category(first);
      if (code > kLastCode || unicode::category(code) != category) {
        sets[static_cast<std::size_t>(category)].add(first, code - 1);
        first = code;
      }
    }
    return sets;
  }();
  return kSets;
}

CharSet categories(std::string_view prefix) {
  CharSet set;
  for (const auto& [name, category] : kCategories) {
    if (name.starts_with(prefix)) {
      set.add(by_category()[static_cast<std::size_t>(category)]);
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

CharSet make_word_set() {
  CharSet set = either({"l", "m", "nd", "nl", "pc"});
  // Letters in circles and squares, which are symbols but alphabetic.
  set.add(0x24B6, 0x24E9);
  set.add(0x1F130, 0x1F149);
  set.add(0x1F150, 0x1F169);
  set.add(0x1F170, 0x1F189);
  return set;
}

using Table = std::map<std::string, CharSet, std::less<>>;

Table make_properties() {
  Table table;
  for (const auto& [name, category] : kCategories) {
    table.emplace(name, by_category()[static_cast<std::size_t>(category)]);
    table.emplace(name.substr(0, 1), CharSet());
  }
  for (auto& [name, set] : table) {
    if (name.size() == 1) {
      set = categories(name);
    }
  }
  const CharSet all{{.first = 0, .last = kLastCode}};
  table.emplace("lc", either({"ll", "lt", "lu"}));
  table.emplace("any", all);
  table.emplace("assigned", categories("cn").complement());
  table.emplace("ascii", CharSet{{.first = 0, .last = 0x7F}});
  table.emplace("xdigit", hex_digit_set());
  table.emplace("space", space_set());
  table.emplace("word", word_set_in_class());
  CharSet blank = categories("zs");
  blank.add('\t', '\t');
  table.emplace("blank", std::move(blank));
  table.emplace("graph", either({"cc", "cn", "cs", "z"}).complement());
  table.emplace("print", either({"cc", "cn", "cs", "zl", "zp"}).complement());
  for (const auto& [alias, name] : kAliases) {
    table.emplace(alias, table.at(std::string(name)));
  }
  return table;
}

const Table& properties() {
  static const Table kTable = make_properties();
  return kTable;
}

const Table& posix_brackets() {
  static const Table kTable = [] {
    Table table;
    for (const std::string_view name :
         {"ascii", "blank", "cntrl", "digit", "graph", "print", "space", "word", "xdigit"}) {
      table.emplace(name, properties().find(name)->second);
    }
    table.emplace("punct", either({"p", "s"}));
    return table;
  }();
  return kTable;
}

const CharSet* find(const Table& table, std::string_view name) {
  const auto place = table.find(name);
  return place == table.end() ? nullptr : &place->second;
}

}  // namespace

const CharSet& word_set() {
  static const CharSet kSet = [] {
    CharSet set = make_word_set();
    set.add(0xB2, 0xB3);
    set.add(0xB9, 0xB9);
    set.add(0xBC, 0xBE);
    return set;
  }();
  return kSet;
}

const CharSet& word_set_in_class() {
  static const CharSet kSet = make_word_set();
  return kSet;
}

const CharSet& digit_set() {
  static const CharSet kSet = categories("nd");
  return kSet;
}

const CharSet& space_set() {
  static const CharSet kSet = CharSet::where(&unicode::is_whitespace);
  return kSet;
}

const CharSet& hex_digit_set() {
  static const CharSet kSet{
      {.first = '0', .last = '9'}, {.first = 'A', .last = 'F'}, {.first = 'a', .last = 'f'}};
  return kSet;
}

const CharSet* find_property(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c != ' ' && c != '-' && c != '_') {
      plain.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    }
  }
  return find(properties(), plain);
}

const CharSet* find_posix_bracket(std::string_view name) { return find(posix_brackets(), name); }

}  // namespace onnxformers::regex
