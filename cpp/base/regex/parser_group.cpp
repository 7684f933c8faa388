// Parser: groups and options.

#include <string>

#include "base/regex/parser.h"

namespace onnxformers::regex {

std::uint32_t Parser::parse_group(Options options, unsigned depth) {
  if (!accept("?")) {
    return parse_enclosed(options, depth);
  }
  if (accept(":")) {
    const std::uint32_t body = parse_choice(options, depth + 1);
    expect_group_end();
    return body;
  }
  if (accept(">")) {
    return parse_atomic(options, depth);
  }
  for (const bool behind : {true, false}) {
    for (const bool negative : {true, false}) {
      const std::string sign = std::string(behind ? "<" : "") + (negative ? "!" : "=");
      if (accept(sign)) {
        return parse_look(behind, negative, options, depth);
      }
    }
  }
  if (accept("<") || accept("'")) {
    skip_name(pattern_[position_ - 1] == '<' ? U'>' : U'\'');
    return parse_enclosed(options, depth);
  }
  return parse_options(options, depth);
}

/// The body of a group whose characters do not fold together with those around it.
std::uint32_t Parser::parse_enclosed(Options options, unsigned depth) {
  const std::uint32_t body = parse_choice(options, depth + 1);
  expect_group_end();
  return add({.kind = NodeKind::Sequence, .children = {body}});
}

std::uint32_t Parser::parse_options(Options options, unsigned depth) {
  bool value = true;
  while (true) {
    switch (next()) {
      case '-':
        value = false;
        break;
      case 'i':
        options.ignore_case = value;
        break;
      case 'm':
        options.dot_all = value;
        break;
      case 'x':
        options.extended = value;
        break;
      case ')':
        // As far as the group reaches that this stands in, across '|'.
        return add({.kind = NodeKind::Sequence, .children = {parse_choice(options, depth + 1)}});
      case ':':
        return parse_enclosed(options, depth);
      default:
        refuse("a kind of group or an option that is not supported");
    }
  }
}

std::uint32_t Parser::parse_look(bool behind, bool negative, Options options, unsigned depth) {
  if (options.is_behind) {
    refuse("look-around in look-behind is not supported");
  }
  options.is_behind = behind;
  const std::uint32_t body = parse_choice(options, depth + 1);
  expect_group_end();
  return add({.kind = NodeKind::Look, .behind = behind, .negative = negative, .children = {body}});
}

std::uint32_t Parser::parse_atomic(Options options, unsigned depth) {
  // Read from right to left it would choose otherwise.
  if (options.is_behind) {
    refuse("an atomic group in look-behind is not supported");
  }
  const std::uint32_t body = parse_choice(options, depth + 1);
  expect_group_end();
  return add({.kind = NodeKind::Atomic, .children = {body}});
}

void Parser::skip_name(char32_t closing) {
  const std::size_t begin = position_;
  while (next() != closing) {
    const char last = pattern_[position_ - 1];
    if (last == ')' || last == '(') {
      refuse("a group's name is not closed");
    }
  }
  const char first = pattern_[begin];
  if (position_ - begin == 1 || (first >= '0' && first <= '9') || first == '-') {
    refuse("a group's name is none");
  }
}

void Parser::expect_group_end() {
  if (!accept(")")) {
    refuse("'(' without ')'");
  }
}

}  // namespace onnxformers::regex
