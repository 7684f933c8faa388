// Compiler: repeated nodes.

#include <utility>

#include "base/regex/compiler.h"

namespace onnxformers::regex {

/// (?>x+) is x++, which remembers where it failed.
void Compiler::emit_atomic(const Node& atomic) {
  const Node& body = tree_.nodes[atomic.children.front()];
  const bool is_span = body.kind == NodeKind::Repeat && body.mode == RepeatMode::Greedy &&
                       body.max > 0 && emit_span(body, RepeatMode::Possessive);
  if (!is_span) {
    emit_enclosed(atomic, {.op = Op::Atomic});
  }
}

bool Compiler::emit_span(const Node& repeat, RepeatMode mode) {
  const std::optional<std::uint32_t> set = set_of(repeat.children.front());
  if (!set) {
    return false;
  }
  const bool remembers = repeat.max == kUnlimited && !backward_;
  emit({
      .op = Op::Span,
      .mode = mode,
      .index = *set,
      .min = repeat.min,
      .max = repeat.max,
      .memory = remembers ? program_.spans++ : kNoIndex,
  });
  return true;
}

void Compiler::emit_repeat(const Node& node) {
  const std::uint32_t child = node.children.front();
  if (node.max == 0) {
    return;
  }
  if (emit_span(node, node.mode)) {
    return;
  }
  if (node.mode == RepeatMode::Possessive) {
    const std::uint32_t atomic = emit({.op = Op::Atomic});
    const std::uint32_t outer_loop = std::exchange(loop_, kNoIndex);
    emit_rounds(child, node.min, node.max, RepeatMode::Greedy);
    loop_ = outer_loop;
    emit({.op = Op::Accept});
    program_.code[atomic].other = here();
    return;
  }
  emit_rounds(child, node.min, node.max, node.mode);
}

void Compiler::emit_rounds(std::uint32_t child, std::uint32_t min, std::uint32_t max,
                           RepeatMode mode) {
  for (std::uint32_t i = 0; i < min; ++i) {
    emit_node(child);
  }
  if (max == kUnlimited) {
    emit_loop(child, mode);
    return;
  }
  std::vector<std::uint32_t> exits;
  for (std::uint32_t i = min; i < max; ++i) {
    exits.push_back(emit_round_start(child, mode));
    emit_node(child);
  }
  for (const std::uint32_t exit : exits) {
    program_.code[exit].other = here();
  }
}

/// Emits what chooses between another round and what comes after; gives the instruction whose
/// `other` is to be where that comes.
std::uint32_t Compiler::emit_round_start(std::uint32_t child, RepeatMode mode) {
  if (mode == RepeatMode::Greedy) {
    return emit_split(child);
  }
  const std::uint32_t split = emit({.op = Op::Split, .memory = program_.splits++});
  const std::uint32_t exit = emit({.op = Op::Jump});
  program_.code[split].other = here();
  return exit;
}

void Compiler::emit_loop(std::uint32_t child, RepeatMode mode) {
  const std::uint32_t begin = here();
  const std::uint32_t exit = emit_round_start(child, mode);
  if (!first_bytes_.may_be_empty(child)) {
    emit_node(child);
    emit({.op = Op::Jump, .other = begin});
    program_.code[exit].other = here();
    return;
  }
  const std::uint32_t outer_loop = std::exchange(loop_, program_.loops++);
  emit({.op = Op::LoopBegin, .index = loop_});
  emit_node(child);
  const std::uint32_t end = emit({.op = Op::LoopEnd, .index = loop_});
  loop_ = outer_loop;
  emit({.op = Op::Jump, .other = begin});
  program_.code[exit].other = here();
  program_.code[end].other = here();
}

}  // namespace onnxformers::regex
