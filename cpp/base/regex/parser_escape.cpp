// Parser: what follows a backslash.

#include "base/regex/parser.h"
#include "base/regex/properties.h"

namespace onnxformers::regex {

namespace {

constexpr char32_t kFirstBeyondAscii = 0x80;

std::optional<unsigned> hex_digit(char c) {
  if (c >= '0' && c <= '9') {
    return static_cast<unsigned>(c - '0');
  }
  const char lower = static_cast<char>(static_cast<unsigned char>(c) | 0x20U);
  if (lower >= 'a' && lower <= 'f') {
    return static_cast<unsigned>(lower - 'a') + 10;
  }
  return std::nullopt;
}

const CharSet& newlines() {
  static const CharSet kSet{
      {.first = '\n', .last = '\r'},
      {.first = 0x85, .last = 0x85},
      {.first = 0x2028, .last = 0x2029},
  };
  return kSet;
}

}  // namespace

std::uint32_t Parser::parse_escape_atom(Options options) {
  switch (at_end() ? '\0' : pattern_[position_]) {
    case 'A':
      ++position_;
      return add_assertion(AssertionKind::TextBegin);
    case 'Z':
      ++position_;
      return add_assertion(AssertionKind::TextEndOrLastNewline);
    case 'z':
      ++position_;
      return add_assertion(AssertionKind::TextEnd);
    case 'b':
      ++position_;
      return add_assertion(AssertionKind::WordBoundary);
    case 'B':
      ++position_;
      return add_assertion(AssertionKind::NoWordBoundary);
    case 'N':
      ++position_;
      return add_dot(false);
    case 'O':
      ++position_;
      return add_dot(true);
    case 'R': {
      if (options.is_behind) {
        refuse("\\R in look-behind is not supported");
      }
      ++position_;
      const std::uint32_t first = add({.kind = NodeKind::Character, .code = '\r'});
      const std::uint32_t second = add({.kind = NodeKind::Character, .code = '\n'});
      const std::uint32_t pair = add({.kind = NodeKind::Sequence, .children = {first, second}});
      const std::uint32_t one = add_set(newlines());
      const std::uint32_t either = add({.kind = NodeKind::Choice, .children = {pair, one}});
      return add({.kind = NodeKind::Atomic, .children = {either}});
    }
    default: {
      Escape escape = parse_escape(false);
      return escape.code ? add_character(*escape.code, options) : add_set(std::move(escape.set));
    }
  }
}

Parser::Escape Parser::parse_escape(bool in_class) {
  const char32_t letter = next();
  const auto set = [](const CharSet& of, bool negated) {
    return Escape{.code = std::nullopt, .set = negated ? of.complement() : of};
  };
  const auto code = [](char32_t value) { return Escape{.code = value, .set = {}}; };
  switch (letter) {
    case 'w':
    case 'W':
      return set(word_set(in_class), letter == 'W');
    case 'd':
    case 'D':
      return set(digit_set(), letter == 'D');
    case 's':
    case 'S':
      return set(space_set(), letter == 'S');
    case 'h':
    case 'H':
      return set(hex_digit_set(), letter == 'H');
    case 'p':
    case 'P':
      // Without braces they are letters.
      return looks_at("{") ? set(parse_property(letter == 'P', in_class), false) : code(letter);
    case 't':
      return code('\t');
    case 'n':
      return code('\n');
    case 'v':
      return code('\v');
    case 'f':
      return code('\f');
    case 'r':
      return code('\r');
    case 'a':
      return code('\a');
    case 'e':
      return code(0x1B);
    case 'b':
      return code('\b');
    case 'x':
      return code(parse_hex(2));
    case 'u':
      return code(parse_hex(4));
    case 'c':
    case 'C':
    case 'M':
    case 'o':
      refuse("an escape that is not supported");
    case 'G':
    case 'K':
    case 'X':
    case 'Y':
    case 'g':
    case 'k':
    case 'y':
      if (!in_class) {
        refuse("an escape that is not supported");
      }
      return code(letter);
    default:
      return code(letter >= '0' && letter <= '9' ? parse_octal(letter) : letter);
  }
}

/// After \x (2 digits at most, or any code point in braces) and \u (4 digits).
char32_t Parser::parse_hex(unsigned max_digits) {
  const bool is_braced = max_digits == 2 && accept("{");
  const unsigned limit = is_braced ? 8 : max_digits;
  char32_t code = 0;
  unsigned digits = 0;
  while (digits < limit && !at_end()) {
    const auto digit = hex_digit(pattern_[position_]);
    if (!digit) {
      break;
    }
    code = (code << 4U) | *digit;
    ++digits;
    ++position_;
  }
  if (digits == 0 || (max_digits == 4 && digits < 4) || (is_braced && !accept("}"))) {
    refuse("not enough hexadecimal digits");
  }
  if (code > kLastCode || (code >= 0xD800 && code <= 0xDFFF)) {
    refuse("a number that is no character");
  }
  if (max_digits == 2 && !is_braced && code >= kFirstBeyondAscii) {
    refuse("a byte that is no character of its own");
  }
  return code;
}

char32_t Parser::parse_octal(char32_t first) {
  const auto is_octal = [&] {
    return !at_end() && pattern_[position_] >= '0' && pattern_[position_] <= '7';
  };
  if (first != '0' && (first > '7' || !is_octal())) {
    refuse("back-references are not supported");
  }
  char32_t code = first - '0';
  for (unsigned i = 1; i < 3 && is_octal(); ++i) {
    code = (code << 3U) | static_cast<unsigned>(pattern_[position_++] - '0');
  }
  if (code >= kFirstBeyondAscii) {
    refuse("a byte that is no character of its own");
  }
  return code;
}

/// After \p or \P.
CharSet Parser::parse_property(bool negated, bool in_class) {
  const std::size_t close = pattern_.find('}', position_);
  if (!accept("{") || close == std::string_view::npos) {
    refuse("\\p{ without }");
  }
  if (accept("^")) {
    negated = !negated;
  }
  const std::string_view name = pattern_.substr(position_, close - position_);
  // It takes as long as some classes.
  for (int i = 0; i < 8; ++i) {
    count_class();
  }
  const std::optional<CharSet> set = find_property(name, in_class);
  if (!set) {
    refuse("the property \\p{" + std::string(name.substr(0, 40)) + "} is not known");
  }
  position_ = close + 1;
  return negated ? set->complement() : *set;
}

}  // namespace onnxformers::regex
