#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tokenizers/field.h"

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

  [[nodiscard]] std::optional<std::uint32_t> find(std::string_view token) const noexcept;

  /// Nothing for a gap or an id past the end. The view lives as long as the vocabulary.
  [[nodiscard]] std::optional<std::string_view> token(std::uint32_t id) const noexcept;

  /// Highest id + 1.
  [[nodiscard]] std::uint32_t size() const noexcept {
    return static_cast<std::uint32_t>(spans_.size());
  }

 private:
  struct Span {
    std::uint32_t begin = 0;
    std::uint32_t length = kGap;
  };
  static constexpr std::uint32_t kGap = 0xFFFFFFFF;

  [[nodiscard]] std::string_view view(std::uint32_t id) const noexcept {
    return std::string_view(characters_).substr(spans_[id].begin, spans_[id].length);
  }
  void insert(std::uint32_t id);

  std::string characters_;
  std::vector<Span> spans_;
  std::vector<std::uint32_t> slots_;  // id + 1; 0 is free
};

}  // namespace onnxformers::tokenizers
