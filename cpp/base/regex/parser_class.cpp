// Parser: classes in brackets.

#include "base/regex/parser.h"
#include "base/regex/properties.h"

namespace onnxformers::regex {

/// After '[' or "[^".
CharSet Parser::parse_class(unsigned depth) {
  check_depth(depth);
  CharSet set = parse_class_items(depth);
  while (accept("&&")) {
    set = set.intersection(parse_class_items(depth));
  }
  if (!accept("]")) {
    refuse("'[' without ']'");
  }
  return set;
}

/// Up to ']' or "&&".
CharSet Parser::parse_class_items(unsigned depth) {
  CharSet set;
  const char before = pattern_[position_ - 1];
  if (looks_at("]") && before != '&') {
    // The first one is a member, if another one ends the class.
    if (pattern_.find(']', position_ + 1) == std::string_view::npos) {
      refuse("an empty class");
    }
    ++position_;
    parse_class_range(set, U']');
  }
  while (parse_class_item(set, depth)) {
  }
  return set;
}

bool Parser::parse_class_item(CharSet& set, unsigned depth) {
  if (at_end() || looks_at("]") || looks_at("&&")) {
    return false;
  }
  if (accept("[")) {
    if (const std::optional<CharSet> named = parse_posix_bracket()) {
      set.add(*named);
    } else {
      const bool is_negated = accept("^");
      const CharSet inner = parse_class(depth + 1);
      set.add(is_negated ? inner.complement() : inner);
    }
  } else if (accept("\\")) {
    const Escape escape = parse_escape(true);
    if (escape.code) {
      parse_class_range(set, *escape.code);
      return true;
    }
    set.add(escape.set);
  } else {
    parse_class_range(set, next());
    return true;
  }
  if (looks_at("-") && !looks_at("-]")) {
    refuse("a range that begins with a class");
  }
  return true;
}

/// Adds `first`, or the range that it begins.
void Parser::parse_class_range(CharSet& set, char32_t first) {
  if (!looks_at("-") || looks_at("-]")) {
    set.add(first, first);
    return;
  }
  ++position_;
  if (looks_at("[") || looks_at("&&")) {
    refuse("a range without an end");
  }
  char32_t last = next();
  if (last == '\\') {
    const Escape escape = parse_escape(true);
    if (!escape.code) {
      refuse("a range that ends with a class");
    }
    last = *escape.code;
  }
  if (last < first) {
    refuse("a range the wrong way round");
  }
  set.add(first, last);
  if (looks_at("--")) {
    refuse("a range that begins with a range");
  }
  if (looks_at("-") && !looks_at("-]")) {
    ++position_;
    set.add('-', '-');
  }
}

/// After '[', if ':' follows.
std::optional<CharSet> Parser::parse_posix_bracket() {
  const std::size_t close = pattern_.find(":]", position_);
  if (!looks_at(":") || close == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t begin = position_ + 1;
  const std::string_view name = pattern_.substr(begin, close > begin ? close - begin : 0);
  if (name.find_first_of("[]\\") != std::string_view::npos) {
    return std::nullopt;
  }
  const bool is_negated = name.starts_with('^');
  const std::optional<CharSet> set = find_posix_bracket(name.substr(is_negated ? 1 : 0));
  if (!set) {
    refuse("a POSIX bracket that is not known");
  }
  position_ = close + 2;
  return is_negated ? set->complement() : *set;
}

}  // namespace onnxformers::regex
