#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace onnxformers::tokenizers {

/// Where a byte of normalised text comes from: the index of one character of the original text, or,
/// with kEmptyOrigin added, the place before that character (for inserted text).
using Origin = std::uint32_t;
inline constexpr Origin kEmptyOrigin = 0x80000000U;

[[nodiscard]] constexpr std::uint32_t origin_begin(Origin origin) noexcept {
  return origin & ~kEmptyOrigin;
}
[[nodiscard]] constexpr std::uint32_t origin_end(Origin origin) noexcept {
  return (origin & ~kEmptyOrigin) + ((origin & kEmptyOrigin) == 0 ? 1U : 0U);
}

/// Part of a text that normalizers rewrite, with the origin of every byte where offsets are wanted.
/// Rewriting goes from the current text into a spare one: begin_rewrite(), put() ..., commit().
/// Buffers are kept from text to text.
class NormalizedText {
 public:
  /// @param original well-formed UTF-8.
  /// @param first_character index of its first character in the whole original text.
  void reset(std::string_view original, std::uint32_t first_character, bool with_origins);

  /// Takes over a part of another text with its origins.
  void reset(const NormalizedText& other, std::size_t begin, std::size_t end);

  [[nodiscard]] std::string_view text() const noexcept { return text_; }
  [[nodiscard]] bool with_origins() const noexcept { return with_origins_; }

  /// Origin of a byte of text(); only with origins.
  [[nodiscard]] Origin origin(std::size_t byte) const noexcept { return origins_[byte]; }

  /// Where the text begins in the original: origin of what is inserted at the front.
  [[nodiscard]] Origin front_origin() const noexcept { return front_ | kEmptyOrigin; }

  void begin_rewrite();
  void put(char32_t code, Origin origin);
  void put_bytes(std::string_view bytes, Origin origin);
  /// Puts bytes [begin, end) of text() with their origins.
  void keep(std::size_t begin, std::size_t end);

  /// Number of bytes put so far.
  [[nodiscard]] std::size_t rewritten_size() const noexcept { return next_text_.size(); }

  void commit() noexcept;

  /// Origin of the last byte put; front_origin() where there is none.
  [[nodiscard]] Origin last_put_origin() const noexcept {
    return next_origins_.empty() ? front_origin() : next_origins_.back();
  }

  /// Gives the last bytes put another origin; only with origins.
  void set_last_origin(std::size_t bytes, Origin origin);

  /// Bytes of text() to change in place: each keeps its origin.
  [[nodiscard]] char* bytes() noexcept { return text_.data(); }

  /// Origin of text()[byte] for put(), 0 where none are kept.
  [[nodiscard]] Origin origin_or_zero(std::size_t byte) const noexcept {
    return with_origins_ ? origins_[byte] : 0;
  }

  /// Gives back what a very long text took.
  void shrink();

 private:
  std::string text_;
  std::vector<Origin> origins_;
  std::string next_text_;
  std::vector<Origin> next_origins_;
  std::uint32_t front_ = 0;
  bool with_origins_ = false;
};

}  // namespace onnxformers::tokenizers
