#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <string>
#include <vector>

#include "base/regex/char_set.h"
#include "base/regex/tree.h"

namespace onnxformers::regex {

enum class Op : std::uint8_t {
  Accept,   ///< end of the program, or of the body of Look and Atomic
  Literal,  ///< bytes
  Set,      ///< one code point of a set
  Span,     ///< a repeated set
  Split,    ///< first `target`, which follows, then `other`
  Jump,     ///< to `other`
  Assertion,
  Look,       ///< body follows; goes on at `other`
  Atomic,     ///< body follows; goes on at `other`
  LoopBegin,  ///< keeps where a round of a loop began
  LoopEnd,    ///< leaves the loop, to `other`, if the round was empty
};

inline constexpr std::uint32_t kNoIndex = 0xFFFFFFFF;

struct Instruction {
  Op op = Op::Accept;
  RepeatMode mode = RepeatMode::Greedy;
  AssertionKind assertion = AssertionKind::LineBegin;
  bool backward = false;  ///< goes from right to left, in look-behind
  bool negative = false;
  std::uint32_t other = 0;
  std::uint32_t index = 0;  ///< set, place of the bytes, loop, or memory (of Split and Span)
  std::uint32_t min = 0;    ///< of Span; of Literal the number of bytes
  std::uint32_t max = 0;
  std::uint32_t memory = kNoIndex;  ///< of Split and Span: where it keeps its failures
  std::uint32_t loop =
      kNoIndex;  ///< of Split and Span: innermost loop that watches for empty rounds
  std::uint32_t filter = kNoIndex;  ///< of Split: bytes one of which `target` needs next
};

using ByteSet = std::bitset<256>;

/// What the machine runs.
struct Program {
  std::vector<Instruction> code;
  std::vector<CharTable> sets;
  std::string bytes;  ///< of the literals
  std::vector<ByteSet> filters;
  std::uint32_t words = kNoIndex;  ///< set of \w for word boundaries
  std::uint32_t splits = 0;        ///< number of memories of Split
  std::uint32_t spans = 0;         ///< number of memories of Span
  std::uint32_t loops = 0;
  bool may_be_empty = false;
  ByteSet first;  ///< bytes a match begins with, unless it may be empty
};

/// Fails with ErrorKind::FileFormat when the program gets too large.
[[nodiscard]] Program compile(const Tree& tree);

}  // namespace onnxformers::regex
