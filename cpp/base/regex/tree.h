#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "base/regex/char_set.h"

namespace onnxformers::regex {

enum class NodeKind : std::uint8_t {
  Character,  ///< one code point
  Set,        ///< one of a set of code points
  Sequence,   ///< all children; none: the empty match
  Choice,     ///< the first child that fits
  Repeat,
  Atomic,
  Look,
  Assertion,
};

enum class RepeatMode : std::uint8_t { Greedy, Lazy, Possessive };

enum class AssertionKind : std::uint8_t {
  LineBegin,
  LineEnd,
  TextBegin,
  TextEnd,
  TextEndOrLastNewline,
  WordBoundary,
  NoWordBoundary,
};

inline constexpr std::uint32_t kUnlimited = std::numeric_limits<std::uint32_t>::max();

struct Node {
  NodeKind kind = NodeKind::Sequence;
  RepeatMode mode = RepeatMode::Greedy;
  AssertionKind assertion = AssertionKind::LineBegin;
  bool behind = false;     ///< of Look
  bool negative = false;   ///< of Look
  bool is_folded = false;  ///< stands for `code` in whatever case
  char32_t code = 0;
  std::uint32_t set = 0;  ///< index into Tree::sets
  std::uint32_t min = 0;
  std::uint32_t max = 0;
  std::vector<std::uint32_t> children = {};  ///< indices into Tree::nodes
};

/// A pattern as parsed. Children stand before their parents.
struct Tree {
  std::vector<Node> nodes;
  std::vector<CharSet> sets;
  std::uint32_t root = 0;
};

/// Fails with ErrorKind::FileFormat. Depth and size of what it gives are bounded.
[[nodiscard]] Tree parse(std::string_view pattern);

}  // namespace onnxformers::regex
