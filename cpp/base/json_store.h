#pragma once

// Shared by json.cpp (reading) and json_parser.cpp (writing); no one else includes it.

#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace onnxformers::json {

/// One value. Children of a container stand side by side in Store::nodes, so that indexing is one
/// addition; an object has its keys (strings) and values in turn.
struct Node {
  struct Span {
    std::uint32_t first;  ///< of a string: byte in Store::text; of a container: node
    std::uint32_t size;   ///< in bytes, elements or members
  };
  union {
    bool boolean;
    std::int64_t integer;
    double number;
    Span span;
  };
  Type type;
  std::uint32_t index;  ///< of a large object: its place in Store::indexes
};
static_assert(sizeof(Node) == 16);

/// Objects with more members than this get a KeyIndex.
inline constexpr std::uint32_t kLargeObject = 16;

/// The members of one large object sorted by key, made by the first find().
struct KeyIndex {
  std::once_flag once;
  std::vector<std::uint32_t> members;
};

struct Store {
  std::string text;
  std::vector<Node> nodes;  ///< the root is the last one
  mutable std::deque<KeyIndex> indexes;

  [[nodiscard]] std::string_view string(const Node& node) const noexcept {
    return {text.data() + node.span.first, node.span.size};
  }
  [[nodiscard]] std::string_view key(const Node& object, std::uint32_t member) const noexcept {
    return string(nodes[object.span.first + (std::size_t{2} * member)]);
  }
};

/// Parses store.text into the rest of the store.
void parse_into(Store& store, const Limits& limits);

}  // namespace onnxformers::json
