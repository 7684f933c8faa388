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

/// One value, in eight bytes: a file of many short strings must not cost several times its size.
/// Children of a container stand side by side in Store::nodes, so that indexing is one addition; an
/// object has its keys (strings) and values in turn.
class Node {
 public:
  static constexpr unsigned kSizeBits = 29;
  static constexpr std::uint32_t kMaxSize = (1U << kSizeBits) - 1;

  Node() = default;

  /// @param first of a string: byte in Store::text; of a container: node; of a bool: the value; of
  /// numbers: place in Store::integers or numbers.
  /// @param size in bytes, elements or members.
  Node(Type type, std::uint32_t first, std::uint32_t size)
      : bits_(static_cast<std::uint64_t>(first) << 32U | size << kTypeBits |
              static_cast<std::uint32_t>(type)) {}

  [[nodiscard]] Type type() const noexcept { return static_cast<Type>(bits_ & kTypeMask); }
  [[nodiscard]] std::uint32_t first() const noexcept {
    return static_cast<std::uint32_t>(bits_ >> 32U);
  }
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(bits_) >> kTypeBits;
  }

 private:
  static constexpr unsigned kTypeBits = 3;
  static constexpr std::uint64_t kTypeMask = (1U << kTypeBits) - 1;

  std::uint64_t bits_ = 0;
};
static_assert(sizeof(Node) == 8);

/// Objects with more members than this get a KeyIndex.
inline constexpr std::uint32_t kLargeObject = 16;

/// The members of one large object sorted by key, made by the first find().
struct KeyIndex {
  explicit KeyIndex(std::uint32_t first) : first_node(first) {}

  std::uint32_t first_node;  ///< Node::first() of the object
  std::once_flag once;
  std::vector<std::uint32_t> members;
};

struct Store {
  std::string text;
  std::vector<Node> nodes;  ///< the root is the last one
  std::vector<double> numbers;
  std::vector<std::int64_t> integers;    ///< those that are negative or no 32 bits wide
  mutable std::deque<KeyIndex> indexes;  ///< by first_node

  [[nodiscard]] std::string_view string(const Node& node) const noexcept {
    return {text.data() + node.first(), node.size()};
  }
  [[nodiscard]] std::string_view key(const Node& object, std::uint32_t member) const noexcept {
    return string(nodes[object.first() + (std::size_t{2} * member)]);
  }
  [[nodiscard]] std::int64_t integer(const Node& node) const noexcept {
    return node.size() == kInPlace ? node.first() : integers[node.first()];
  }

  static constexpr std::uint32_t kInPlace = 1;  ///< size() of an integer that is its first()
};

/// Parses store.text into the rest of the store.
void parse_into(Store& store, const Limits& limits);

}  // namespace onnxformers::json
