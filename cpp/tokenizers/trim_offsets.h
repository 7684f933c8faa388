#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "tokenizers/tokens.h"

namespace onnxformers::tokenizers {

/// How many characters at each end of a token are spaces: whitespace and the byte-level sign for a
/// space, U+0120. All of them count at both ends.
struct OuterSpaces {
  std::uint32_t leading = 0;
  std::uint32_t trailing = 0;
};
[[nodiscard]] OuterSpaces outer_spaces(std::string_view token);

/// Leaves the spaces of a token out of its offsets.
/// @param is_first first token of its part: with add_prefix_space its one leading space was not in
///   the text and stays counted, as for every token that begins at 0.
///
/// Source: process_offsets of Hugging Face tokenizers.
void trim_span(CharacterSpan& span, const OuterSpaces& spaces, bool is_first,
               bool add_prefix_space);

/// The outer spaces of every token by id, found when they are first asked for.
class TokenSpaces {
 public:
  using TokenOfId = std::function<std::optional<std::string_view>(std::uint32_t)>;

  /// @param token_of_id asked once for every id below size.
  TokenSpaces(std::uint32_t size, TokenOfId token_of_id)
      : size_(size), token_of_id_(std::move(token_of_id)) {}

  /// Of the id of a token.
  [[nodiscard]] OuterSpaces find(std::uint32_t id) const;

 private:
  // Longer tokens of nothing but spaces are rare enough to be counted anew.
  static constexpr std::uint8_t kMany = 255;
  struct Entry {
    std::uint8_t leading = 0;
    std::uint8_t trailing = 0;
  };

  void fill() const;

  std::uint32_t size_;
  TokenOfId token_of_id_;
  mutable std::once_flag filled_;
  mutable std::vector<Entry> entries_;
};

}  // namespace onnxformers::tokenizers
