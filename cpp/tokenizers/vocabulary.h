#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/table.h"
#include "tokenizers/field.h"
#include "tokenizers/table_archive.h"

namespace onnxformers::tokenizers {

/// Tokens of a model by id and by text: one block of characters and a flat hash table. Ids may have
/// gaps. Immutable once built.
class Vocabulary {
 public:
  /// Reads {"token": id, ...}; fails with ErrorKind::FileFormat for an id that is no integer,
  /// negative, too large, or given twice.
  static Vocabulary from_json(const Field& field);

  /// @param tokens token by id; an empty optional is a gap.
  explicit Vocabulary(const std::vector<std::optional<std::string_view>>& tokens);

  /// @param tokens token by id, each with data, also the empty one.
  static Vocabulary of_tokens(const std::vector<std::string_view>& tokens) {
    return Vocabulary(tokens);
  }

  /// Without tokens.
  Vocabulary() : Vocabulary(std::vector<std::string_view>()) {}

  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view token) const noexcept;

  static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

  /// find() of many tokens, kNone for one that is not there. The look-ups wait for the memory
  /// together: several times as fast as one by one.
  void find_all(std::span<const std::string_view> tokens, std::span<std::uint32_t> ids) const;

  /// Nothing for a gap or an id past the end. The view lives as long as the vocabulary.
  [[nodiscard]] std::optional<std::string_view> token(std::uint32_t id) const noexcept;

  /// Whether find() of the token of an id gives this id, which only one of equal tokens has.
  /// @param id one that has a token.
  [[nodiscard]] bool is_found(std::uint32_t id) const noexcept {
    return are_unique_ || find(view(id)) == id;
  }

  /// Whether no two ids have the same token.
  [[nodiscard]] bool are_unique() const noexcept { return are_unique_; }

  void visit_tables(TableArchive& archive) {
    archive(seed_);
    archive(characters_);
    archive(begins_);
    archive(block_begins_);
    archive(block_bits_);
    archive(slots_);
    archive(are_unique_);
  }

  /// Bytes of all tokens.
  [[nodiscard]] std::size_t character_bytes() const noexcept { return characters_.size(); }

  /// Highest id + 1.
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(begins_.size() - 1);
  }

 private:
  static constexpr std::uint16_t kGap = 0x8000U;  // a bit of a begin

  // Slots hold an id and above it a tag of the token's hash, which tells most others apart without
  // a look at their characters.
  static constexpr unsigned kIdBits = 22;
  static constexpr std::uint32_t kIdMask = (1U << kIdBits) - 1;
  static_assert(kMaxTokenId <= kIdMask + 1);
  static constexpr std::uint32_t kFree = 0xFFFFFFFF;  // no tag is all ones

  /// @param tokens by id; one without data is a gap.
  explicit Vocabulary(const std::vector<std::string_view>& tokens);

  [[nodiscard]] bool is_gap(std::uint32_t id) const noexcept { return (begins_[id] & kGap) != 0; }
  [[nodiscard]] std::uint32_t begin(std::uint32_t id) const noexcept {
    return block_begins_[id >> block_bits_] + (begins_[id] & (kGap - 1U));
  }
  [[nodiscard]] std::string_view view(std::uint32_t id) const noexcept {
    return {characters_.data() + begin(id), begin(id + 1) - begin(id)};
  }
  [[nodiscard]] static std::size_t first_slot(std::uint64_t hash, std::size_t slots) noexcept {
    return static_cast<std::size_t>(((hash & 0xFFFFFFFFU) * slots) >> 32U);
  }
  /// In the place it has in a slot.
  [[nodiscard]] static std::uint32_t tag_of(std::uint64_t hash) noexcept {
    const std::uint32_t tag = static_cast<std::uint32_t>(hash >> 32U) & ~kIdMask;
    return tag == ~kIdMask ? 0 : tag;
  }
  [[nodiscard]] std::uint32_t find(std::string_view token, std::uint64_t hash) const noexcept;
  void build(const std::vector<std::string_view>& tokens);
  void keep_begins(const std::vector<std::uint32_t>& begins,
                   const std::vector<std::string_view>& tokens);
  void insert_all();
  void insert(std::uint32_t id, std::uint64_t hash, std::vector<std::uint32_t>& slots);

  std::uint64_t seed_;
  Table<char> characters_;
  // Of each token in characters_, and the end of the last one: in blocks of tokens, from that of
  // the first one on.
  Table<std::uint16_t> begins_;
  Table<std::uint32_t> block_begins_;
  unsigned block_bits_ = 0;
  Table<std::uint32_t> slots_;  // never full
  bool are_unique_ = true;
};

}  // namespace onnxformers::tokenizers
