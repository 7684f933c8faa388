#include <algorithm>
#include <optional>
#include <utility>

#include "base/errors.h"
#include "base/regex/first_bytes.h"
#include "base/regex/program.h"
#include "base/regex/properties.h"
#include "base/utf8.h"

namespace onnxformers::regex {

namespace {

constexpr std::size_t kMaxInstructions = 20'000;

class Compiler {
 public:
  explicit Compiler(const Tree& tree) : tree_(tree), first_bytes_(tree) {
    for (const CharSet& set : tree.sets) {
      program_.sets.emplace_back(set);
    }
  }

  Program compile() {
    emit_node(tree_.root);
    emit({.op = Op::Accept});
    program_.may_be_empty = first_bytes_.may_be_empty(tree_.root);
    program_.first = first_bytes_.of(tree_.root);
    return std::move(program_);
  }

 private:
  std::uint32_t emit(Instruction instruction) {
    if (program_.code.size() == kMaxInstructions) {
      fail(ErrorKind::FileFormat, "Regex", "the pattern becomes too large a program");
    }
    instruction.backward = backward_;
    instruction.loop = loop_;
    program_.code.push_back(instruction);
    return here() - 1;
  }

  [[nodiscard]] std::uint32_t here() const {
    return static_cast<std::uint32_t>(program_.code.size());
  }

  void emit_node(std::uint32_t index) {
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
        emit_enclosed(node, {.op = Op::Atomic});
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

  void emit_characters(const std::vector<std::uint32_t>& nodes) {
    const auto begin = static_cast<std::uint32_t>(program_.bytes.size());
    for (const std::uint32_t node : nodes) {
      utf8::append(program_.bytes, tree_.nodes[node].code);
    }
    const auto length = static_cast<std::uint32_t>(program_.bytes.size()) - begin;
    emit({.op = Op::Literal, .index = begin, .min = length});
  }

  void emit_sequence(const Node& sequence) {
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

  void emit_choice(const Node& choice) {
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
  std::uint32_t emit_split(std::uint32_t first) {
    const std::uint32_t split = emit({.op = Op::Split, .memory = program_.splits++});
    if (!backward_ && !first_bytes_.may_be_empty(first)) {
      program_.code[split].filter = filter_of(first_bytes_.of(first));
    }
    return split;
  }

  std::uint32_t filter_of(const ByteSet& bytes) {
    const auto known = std::ranges::find(program_.filters, bytes);
    const auto index = static_cast<std::uint32_t>(known - program_.filters.begin());
    if (known == program_.filters.end()) {
      program_.filters.push_back(bytes);
    }
    return index;
  }

  void emit_enclosed(const Node& node, Instruction instruction) {
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

  void emit_repeat(const Node& node) {
    const std::uint32_t child = node.children.front();
    if (node.max == 0) {
      return;
    }
    if (const std::optional<std::uint32_t> set = set_of(child)) {
      const bool remembers = node.max == kUnlimited && !backward_;
      emit({.op = Op::Span,
            .mode = node.mode,
            .index = *set,
            .min = node.min,
            .max = node.max,
            .memory = remembers ? program_.spans++ : kNoIndex});
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

  void emit_rounds(std::uint32_t child, std::uint32_t min, std::uint32_t max, RepeatMode mode) {
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
  std::uint32_t emit_round_start(std::uint32_t child, RepeatMode mode) {
    if (mode == RepeatMode::Greedy) {
      return emit_split(child);
    }
    const std::uint32_t split = emit({.op = Op::Split, .memory = program_.splits++});
    const std::uint32_t exit = emit({.op = Op::Jump});
    program_.code[split].other = here();
    return exit;
  }

  void emit_loop(std::uint32_t child, RepeatMode mode) {
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

  /// The set that a node of one code point stands for.
  std::optional<std::uint32_t> set_of(std::uint32_t index) {
    const Node& node = tree_.nodes[index];
    if (node.kind == NodeKind::Set) {
      return node.set;
    }
    if (node.kind == NodeKind::Character) {
      program_.sets.emplace_back(CharSet{{.first = node.code, .last = node.code}});
      return static_cast<std::uint32_t>(program_.sets.size() - 1);
    }
    return std::nullopt;
  }

  void need_words() {
    if (program_.words == kNoIndex) {
      program_.words = static_cast<std::uint32_t>(program_.sets.size());
      program_.sets.emplace_back(word_set());
    }
  }

  const Tree& tree_;
  FirstBytes first_bytes_;
  Program program_;
  bool backward_ = false;
  std::uint32_t loop_ = kNoIndex;
};

}  // namespace

Program compile(const Tree& tree) { return Compiler(tree).compile(); }

}  // namespace onnxformers::regex
