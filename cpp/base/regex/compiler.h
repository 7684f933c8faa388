#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "base/regex/first_bytes.h"
#include "base/regex/program.h"

namespace onnxformers::regex {

/// Writes the program of a tree. Linear in the program.
class Compiler {
 public:
  explicit Compiler(const Tree& tree);

  Program compile();

 private:
  std::uint32_t emit(Instruction instruction);
  [[nodiscard]] std::uint32_t here() const;
  void emit_node(std::uint32_t index);
  void emit_characters(const std::vector<std::uint32_t>& nodes);
  void emit_sequence(const Node& sequence);
  void emit_choice(const Node& choice);

  /// A split that tries `first`, which is emitted next.
  std::uint32_t emit_split(std::uint32_t first);
  std::uint32_t filter_of(const ByteSet& bytes);

  /// (?>x+) is x++, which remembers where it failed.
  void emit_atomic(const Node& atomic);
  /// False where what repeats is no set.
  bool emit_span(const Node& repeat, RepeatMode mode);
  void emit_enclosed(const Node& node, Instruction instruction);
  void emit_repeat(const Node& node);
  void emit_rounds(std::uint32_t child, std::uint32_t min, std::uint32_t max, RepeatMode mode);

  /// Emits what chooses between another round and what comes after; gives the instruction whose
  /// `other` is to be where that comes.
  std::uint32_t emit_round_start(std::uint32_t child, RepeatMode mode);
  void emit_loop(std::uint32_t child, RepeatMode mode);

  /// The set that a node of one code point stands for.
  std::optional<std::uint32_t> set_of(std::uint32_t index);
  std::uint32_t add_set(const CharSet& set);
  void need_words();

  const Tree& tree_;
  FirstBytes first_bytes_;
  Program program_;
  std::map<char32_t, std::uint32_t> set_of_character_;
  bool backward_ = false;
  std::uint32_t loop_ = kNoIndex;
};

}  // namespace onnxformers::regex
