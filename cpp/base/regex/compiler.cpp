#include "base/regex/compiler.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "base/regex/properties.h"
#include "base/utf8.h"

namespace onnxformers::regex {

namespace {

constexpr std::size_t kMaxInstructions = 20'000;
constexpr std::size_t kMaxSets = 1024;

}  // namespace

Program compile(const Tree& tree) { return Compiler(tree).compile(); }

Compiler::Compiler(const Tree& tree) : tree_(tree), first_bytes_(tree) {
  for (const CharSet& set : tree.sets) {
    program_.sets.emplace_back(set);
  }
}

Program Compiler::compile() {
  emit_node(tree_.root);
  emit({.op = Op::Accept});
  program_.may_be_empty = first_bytes_.may_be_empty(tree_.root);
  program_.first = first_bytes_.of(tree_.root);
  return std::move(program_);
}

std::uint32_t Compiler::emit(Instruction instruction) {
  if (program_.code.size() == kMaxInstructions) {
    fail(ErrorKind::FileFormat, "Regex", "the pattern becomes too large a program");
  }
  instruction.backward = backward_;
  instruction.loop = loop_;
  program_.code.push_back(instruction);
  return here() - 1;
}

std::uint32_t Compiler::here() const { return static_cast<std::uint32_t>(program_.code.size()); }

void Compiler::emit_node(std::uint32_t index) {
  const Node& node = tree_.nodes[index];
  switch (node.kind) {
    case NodeKind::Character:
      emit_characters({index});
      break;
    case NodeKind::Set:
      emit({.op = Op::Set, .index = node.set});
      break;
    case NodeKind::Sequence:
      emit_sequence(node);
      break;
    case NodeKind::Choice:
      emit_choice(node);
      break;
    case NodeKind::Repeat:
      emit_repeat(node);
      break;
    case NodeKind::Atomic:
      emit_atomic(node);
      break;
    case NodeKind::Look:
      emit_enclosed(node, {.op = Op::Look, .negative = node.negative});
      break;
    case NodeKind::Assertion:
      if (node.assertion == AssertionKind::WordBoundary ||
          node.assertion == AssertionKind::NoWordBoundary) {
        need_words();
      }
      emit({.op = Op::Assertion, .assertion = node.assertion});
      break;
  }
}

void Compiler::emit_characters(const std::vector<std::uint32_t>& nodes) {
  const auto begin = static_cast<std::uint32_t>(program_.bytes.size());
  for (const std::uint32_t node : nodes) {
    utf8::append(program_.bytes, tree_.nodes[node].code);
  }
  const auto length = static_cast<std::uint32_t>(program_.bytes.size()) - begin;
  emit({.op = Op::Literal, .index = begin, .min = length});
}

void Compiler::emit_sequence(const Node& sequence) {
  std::vector<std::vector<std::uint32_t>> parts;  // characters in a row are one part
  for (const std::uint32_t child : sequence.children) {
    const bool is_character = tree_.nodes[child].kind == NodeKind::Character;
    if (is_character && !parts.empty() &&
        tree_.nodes[parts.back().front()].kind == NodeKind::Character) {
      parts.back().push_back(child);
    } else {
      parts.push_back({child});
    }
  }
  if (backward_) {
    std::ranges::reverse(parts);
  }
  for (const auto& part : parts) {
    if (tree_.nodes[part.front()].kind == NodeKind::Character) {
      emit_characters(part);
    } else {
      emit_node(part.front());
    }
  }
}

void Compiler::emit_choice(const Node& choice) {
  std::vector<std::uint32_t> jumps;
  for (std::size_t i = 0; i + 1 < choice.children.size(); ++i) {
    const std::uint32_t split = emit_split(choice.children[i]);
    emit_node(choice.children[i]);
    jumps.push_back(emit({.op = Op::Jump}));
    program_.code[split].other = here();
  }
  emit_node(choice.children.back());
  for (const std::uint32_t jump : jumps) {
    program_.code[jump].other = here();
  }
}

/// A split that tries `first`, which is emitted next.
std::uint32_t Compiler::emit_split(std::uint32_t first) {
  const std::uint32_t split = emit({.op = Op::Split, .memory = program_.splits++});
  if (!backward_ && !first_bytes_.may_be_empty(first)) {
    program_.code[split].filter = filter_of(first_bytes_.of(first));
  }
  return split;
}

std::uint32_t Compiler::filter_of(const ByteSet& bytes) {
  const auto known = std::ranges::find(program_.filters, bytes);
  const auto index = static_cast<std::uint32_t>(known - program_.filters.begin());
  if (known == program_.filters.end()) {
    program_.filters.push_back(bytes);
  }
  return index;
}

void Compiler::emit_enclosed(const Node& node, Instruction instruction) {
  const bool outer_backward = backward_;
  const std::uint32_t outer_loop = std::exchange(loop_, kNoIndex);
  if (node.kind == NodeKind::Look) {
    backward_ = node.behind;
  }
  const std::uint32_t begin = emit(instruction);
  emit_node(node.children.front());
  emit({.op = Op::Accept});
  program_.code[begin].other = here();
  backward_ = outer_backward;
  loop_ = outer_loop;
}

/// The set that a node of one code point stands for.
std::optional<std::uint32_t> Compiler::set_of(std::uint32_t index) {
  const Node& node = tree_.nodes[index];
  if (node.kind == NodeKind::Sequence && node.children.size() == 1) {
    return set_of(node.children.front());
  }
  if (node.kind == NodeKind::Set) {
    return node.set;
  }
  if (node.kind != NodeKind::Character) {
    return std::nullopt;
  }
  const auto known = set_of_character_.find(node.code);
  if (known != set_of_character_.end()) {
    return known->second;
  }
  const std::uint32_t set = add_set({{.first = node.code, .last = node.code}});
  set_of_character_.emplace(node.code, set);
  return set;
}

std::uint32_t Compiler::add_set(const CharSet& set) {
  if (program_.sets.size() == kMaxSets) {
    fail(ErrorKind::FileFormat, "Regex", "the pattern has too many classes");
  }
  program_.sets.emplace_back(set);
  return static_cast<std::uint32_t>(program_.sets.size() - 1);
}

void Compiler::need_words() {
  if (program_.words == kNoIndex) {
    program_.words = add_set(word_set(false));
  }
}

}  // namespace onnxformers::regex
