#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "base/table.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// Set of byte strings with a value each, for longest matches: a double array (Aoe 1989), one load
/// for each byte read. Immutable once built.
class Trie {
 public:
  using Node = std::uint32_t;
  static constexpr Node kRoot = 0;
  static constexpr Node kNone = 0xFFFFFFFF;
  static constexpr std::int32_t kNoValue = -1;

  /// A set without members.
  Trie();

  /// @param entries strings, all different, with values >= 0; sorted here. Linear in their bytes.
  explicit Trie(std::vector<std::pair<std::string_view, std::int32_t>> entries);

  /// The node one byte below, or kNone.
  [[nodiscard]] Node step(Node node, unsigned char byte) const noexcept {
    const Node child = units_[node].base + byte;
    return units_[child].parent == node ? child : kNone;
  }

  /// The node below `node` along `text`, or kNone.
  [[nodiscard]] Node walk(Node node, std::string_view text) const noexcept;

  /// The value of the string that ends at this node, or kNoValue.
  [[nodiscard]] std::int32_t value(Node node) const noexcept { return units_[node].value; }

  /// End of a match and its value.
  struct Match {
    std::size_t end;
    std::int32_t value;
  };

  /// Longest non-empty member that text has at `begin`, going down from `node`; value kNoValue if
  /// there is none.
  [[nodiscard]] Match longest(Node node, std::string_view text, std::size_t begin) const noexcept {
    Match match{.end = begin, .value = kNoValue};
    for (std::size_t i = begin; i < text.size(); ++i) {
      node = step(node, static_cast<unsigned char>(text[i]));
      if (node == kNone) {
        break;
      }
      if (units_[node].value != kNoValue) {
        match = {.end = i + 1, .value = units_[node].value};
      }
    }
    return match;
  }

  [[nodiscard]] bool empty() const noexcept { return is_empty_; }

  void visit_tables(TableArchive& archive) {
    archive(units_);
    archive(is_empty_);
  }

 private:
  static constexpr std::size_t kAlphabet = 256;

  struct Unit {
    std::uint32_t base = 0;
    Node parent = kNone;
    std::int32_t value = kNoValue;
  };

  class Builder;

  // Always kAlphabet units longer than the highest base: step() needs no bounds check.
  Table<Unit> units_;
  bool is_empty_ = true;
};

}  // namespace onnxformers::tokenizers
