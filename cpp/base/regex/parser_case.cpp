// Parser: characters where case is ignored.

#include <algorithm>

#include "base/regex/case_folding.h"
#include "base/regex/parser.h"

namespace onnxformers::regex {

std::uint32_t Parser::add_folded(char32_t code) {
  CharSet set = case_variants(code);
  const bool is_alone = set.ranges().size() == 1 && set.ranges()[0].first == set.ranges()[0].last;
  const std::uint32_t node =
      is_alone ? add({.kind = NodeKind::Character, .code = code}) : add_set(std::move(set));
  tree_.nodes[node].code = code;
  tree_.nodes[node].is_folded = true;
  return node;
}

std::uint32_t Parser::add_folded(std::u32string_view text) {
  Node sequence{.kind = NodeKind::Sequence};
  for (const char32_t code : text) {
    sequence.children.push_back(add_folded(code));
  }
  return add(std::move(sequence));
}

/// A class, and what its members are the same as that is longer than one character.
std::uint32_t Parser::add_folded_class(CharSet set, bool is_negated) {
  const CharSet members = set;
  add_case_variants(set);
  if (is_negated) {
    return add_set(set.complement());
  }
  Node choice{.kind = NodeKind::Choice, .children = {add_set(std::move(set))}};
  for (const Expansion& expansion : expansions()) {
    if (std::ranges::any_of(expansion.codes, [&](char32_t c) { return members.contains(c); })) {
      choice.children.push_back(add_folded(expansion.folded));
    }
  }
  return choice.children.size() == 1 ? choice.children.front() : add(std::move(choice));
}

/// Lets characters in a row where case is ignored match what is the same as several of them, and
/// one of them what it is the same as: the longest from the left, as Oniguruma does.
void Parser::expand_folded(std::vector<std::uint32_t>& children) {
  std::vector<std::uint32_t> expanded;
  for (std::size_t i = 0; i < children.size();) {
    const auto [count, node] = expand_folded_at(children, i);
    expanded.push_back(node);
    i += count;
  }
  children = std::move(expanded);
}

Parser::Expanded Parser::expand_folded_at(const std::vector<std::uint32_t>& children,
                                          std::size_t begin) {
  std::size_t run = 0;
  while (run < 3 && begin + run < children.size() && tree_.nodes[children[begin + run]].is_folded) {
    ++run;
  }
  for (std::size_t count = run; count >= 2; --count) {
    for (const Expansion& expansion : expansions()) {
      if (expansion.folded.size() == count && folds_to(children, begin, expansion.folded)) {
        const auto first = children.begin() + static_cast<std::ptrdiff_t>(begin);
        const std::uint32_t plain = add({
            .kind = NodeKind::Sequence,
            .children = {first, first + static_cast<std::ptrdiff_t>(count)},
        });
        const std::uint32_t single = add_set(expansion.single);
        return {
            .count = count,
            .node = add({.kind = NodeKind::Choice, .children = {plain, single}}),
        };
      }
    }
  }
  return {.count = 1, .node = expand_single(children[begin])};
}

bool Parser::folds_to(const std::vector<std::uint32_t>& children, std::size_t begin,
                      std::u32string_view folded) const {
  for (std::size_t i = 0; i < folded.size(); ++i) {
    if (case_key(tree_.nodes[children[begin + i]].code) != case_key(folded[i])) {
      return false;
    }
  }
  return true;
}

std::uint32_t Parser::expand_single(std::uint32_t node) {
  const Expansion* expansion =
      tree_.nodes[node].is_folded ? expansion_of(tree_.nodes[node].code) : nullptr;
  if (expansion == nullptr) {
    return node;
  }
  const std::uint32_t several = add_folded(expansion->folded);
  return add({.kind = NodeKind::Choice, .children = {node, several}});
}

}  // namespace onnxformers::regex
