#include "base/regex/parser.h"

#include <algorithm>

#include "base/errors.h"
#include "base/utf8.h"

namespace onnxformers::regex {

namespace {

constexpr std::size_t kMaxBytes = std::size_t{1} << 16U;
constexpr std::size_t kMaxClasses = 2048;
constexpr unsigned kMaxDepth = 100;

}  // namespace

Tree parse(std::string_view pattern) { return Parser(pattern).parse(); }

Parser::Parser(std::string_view pattern) : pattern_(pattern) {
  if (pattern.size() > kMaxBytes) {
    fail(ErrorKind::FileFormat, "Regex", "the pattern is longer than 65536 bytes");
  }
  if (!utf8::is_valid(pattern)) {
    fail(ErrorKind::FileFormat, "Regex", "the pattern is no well-formed UTF-8");
  }
}

Tree Parser::parse() {
  tree_.root = parse_choice({}, 0);
  if (!at_end()) {
    refuse("')' without '('");
  }
  return std::move(tree_);
}

std::uint32_t Parser::parse_choice(Options options, unsigned depth) {
  check_depth(depth);
  Node choice{.kind = NodeKind::Choice};
  do {
    choice.children.push_back(parse_sequence(options, depth));
  } while (accept("|"));
  if (choice.children.size() == 1) {
    return choice.children.front();
  }
  const auto is_one_character = [&](std::uint32_t child) {
    return tree_.nodes[child].kind == NodeKind::Set ||
           tree_.nodes[child].kind == NodeKind::Character;
  };
  if (!std::ranges::all_of(choice.children, is_one_character)) {
    return add(std::move(choice));
  }
  CharSet set;
  for (const std::uint32_t child : choice.children) {
    const Node& node = tree_.nodes[child];
    set.add(node.kind == NodeKind::Set ? tree_.sets[node.set]
                                       : CharSet{{.first = node.code, .last = node.code}});
  }
  return add_set(std::move(set));
}

std::uint32_t Parser::parse_sequence(Options options, unsigned depth) {
  Node sequence{.kind = NodeKind::Sequence};
  while (true) {
    skip_extended(options);
    if (at_end() || looks_at("|") || looks_at(")")) {
      if (!options.is_behind) {
        expand_folded(sequence.children);
      }
      return sequence.children.size() == 1 ? sequence.children.front() : add(std::move(sequence));
    }
    sequence.children.push_back(parse_quantifiers(parse_atom(options, depth), options));
  }
}

std::uint32_t Parser::parse_atom(Options options, unsigned depth) {
  if (accept("(")) {
    return parse_group(options, depth);
  }
  if (accept("[")) {
    const bool is_negated = accept("^");
    CharSet set = parse_class(depth + 1);
    if (options.ignore_case) {
      return add_folded_class(std::move(set), is_negated);
    }
    return add_set(is_negated ? set.complement() : std::move(set));
  }
  if (accept("\\")) {
    return parse_escape_atom(options);
  }
  if (accept(".")) {
    return add_dot(options.dot_all);
  }
  if (accept("^")) {
    return add_assertion(AssertionKind::LineBegin);
  }
  if (accept("$")) {
    return add_assertion(AssertionKind::LineEnd);
  }
  if (looks_at("*") || looks_at("+") || looks_at("?")) {
    refuse("nothing to repeat");
  }
  const std::size_t start = position_;
  if (parse_interval()) {
    position_ = start;
    refuse("nothing to repeat");
  }
  return add_character(next(), options);
}

std::uint32_t Parser::add(Node node) {
  tree_.nodes.push_back(std::move(node));
  return static_cast<std::uint32_t>(tree_.nodes.size() - 1);
}

std::uint32_t Parser::add_set(CharSet set) {
  count_class();
  const auto known = std::ranges::find(tree_.sets, set);
  const auto index = static_cast<std::uint32_t>(known - tree_.sets.begin());
  if (known == tree_.sets.end()) {
    tree_.sets.push_back(std::move(set));
  }
  return add({.kind = NodeKind::Set, .set = index});
}

std::uint32_t Parser::add_character(char32_t code, Options options) {
  return options.ignore_case ? add_folded(code) : add({.kind = NodeKind::Character, .code = code});
}

std::uint32_t Parser::add_assertion(AssertionKind kind) {
  return add({.kind = NodeKind::Assertion, .assertion = kind});
}

std::uint32_t Parser::add_dot(bool with_newline) {
  CharSet set{{.first = 0, .last = kLastCode}};
  if (!with_newline) {
    set = CharSet{{.first = '\n', .last = '\n'}}.complement();
  }
  return add_set(std::move(set));
}

bool Parser::accept(std::string_view text) noexcept {
  if (!looks_at(text)) {
    return false;
  }
  position_ += text.size();
  return true;
}

char32_t Parser::next() {
  if (at_end()) {
    refuse("ends too early");
  }
  const auto [code, length] = utf8::decode(pattern_, position_);
  position_ += length;
  return code;
}

void Parser::skip_extended(Options options) {
  while (!at_end()) {
    if (accept("(?#")) {
      while (!accept(")")) {
        if (next() == '\\' && !at_end()) {
          (void)next();
        }
      }
    } else if (options.extended && pattern_.find_first_of(" \t\n\r\f\v", position_) == position_) {
      ++position_;
    } else if (options.extended && looks_at("#")) {
      position_ = std::min(pattern_.find('\n', position_), pattern_.size());
    } else {
      return;
    }
  }
}

void Parser::refuse(std::string_view what) const {
  fail(ErrorKind::FileFormat, "Regex",
       std::string(what) + " (byte " + std::to_string(position_) + " of the pattern)");
}

/// Bounds what sets cost that are made to be thrown away.
void Parser::count_class() {
  if (++classes_ > kMaxClasses) {
    refuse("too many classes");
  }
}

void Parser::check_depth(unsigned depth) const {
  if (depth > kMaxDepth) {
    refuse("nested too deeply");
  }
}

}  // namespace onnxformers::regex
