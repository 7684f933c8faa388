#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/table.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// The map of characters compiled into a SentencePiece model: a double array over the bytes of what
/// is replaced, with places in a block of replacements that end in a zero byte.
///
/// Source: J. Aoe, "An Efficient Digital Search Algorithm by Using a Double-Array Structure", 1989;
/// S. Yata's darts-clone for the layout of units; SentencePiece's Normalizer for the map.
class Charsmap {
 public:
  /// Empty, for visit_tables() to fill.
  Charsmap() = default;

  /// @param bytes little-endian: size of the array in bytes, the array, the block. Nothing, with a
  ///   reason in `error`, unless every unit points into the array and every value into the block.
  static std::optional<Charsmap> parse(std::string_view bytes, std::string& error);

  void visit_tables(TableArchive& archive) {
    archive(units_);
    archive(block_);
    archive(ascii_);
    archive(pairs_);
  }

  /// What replaces the shortest key that begins `text`; nothing if none does. O(length of the key).
  [[nodiscard]] std::optional<std::string_view> find(std::string_view text) const noexcept;

  /// Whether no key begins the first character of `text`, as far as its first two bytes tell:
  /// find() has nothing for that character alone then.
  [[nodiscard]] bool has_none(std::string_view text) const noexcept {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) {
      return !ascii_[lead];
    }
    return !pairs_[((lead & 0x7FU) << 6U) | (static_cast<unsigned char>(text[1]) & 0x3FU)];
  }

 private:
  [[nodiscard]] bool step(std::size_t& node, unsigned char byte) const noexcept;
  [[nodiscard]] bool is_sound(std::string& error) const;
  void note_leads();
  [[nodiscard]] bool may_map(unsigned lead, unsigned second) const noexcept;

  Table<std::uint32_t> units_;
  Table<char> block_;
  std::bitset<128> ascii_;  // those that are keys
  std::bitset<std::size_t{128} * 64>
      pairs_;  // first two bytes of other characters that a key may begin
};

}  // namespace onnxformers::tokenizers
