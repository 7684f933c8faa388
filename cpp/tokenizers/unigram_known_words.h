#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "tokenizers/models/word_cache.h"
#include "tokenizers/piece_cache.h"

namespace onnxformers::tokenizers {

/// The tokens of words that a thread met before, by tokenizer and bytes.
class KnownWords {
 public:
  static constexpr std::size_t kMaxBytes = LongPieceCache::kMaxBytes;
  static constexpr std::size_t kMaxTokens = LongPieceCache::kMaxTokens / 2;

  /// Where a token of a long word ends, in one number.
  class End {
   public:
    static constexpr std::uint32_t make(std::uint32_t character, std::uint32_t byte,
                                        bool shows_text) {
      return character | byte << kByteShift | (shows_text ? kShowsText : 0);
    }
    explicit constexpr End(std::uint32_t number) : number_(number) {}

    /// The sign counts as a character.
    [[nodiscard]] std::uint32_t character() const { return number_ & kMask; }
    [[nodiscard]] std::uint32_t byte() const { return number_ >> kByteShift & kMask; }
    /// Whether the token shows what stands there.
    [[nodiscard]] bool shows_text() const { return number_ >= kShowsText; }

   private:
    static constexpr unsigned kByteShift = 8;
    static constexpr std::uint32_t kMask = (1U << kByteShift) - 1;
    static constexpr std::uint32_t kShowsText = 0x80000000U;
    static_assert(kMaxBytes < kMask);

    std::uint32_t number_;
  };

  /// The tokens of a word, as they are found.
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): written before they are read
  struct Tokens {
    std::array<std::uint32_t, kMaxTokens> ids;
    std::array<std::uint32_t, kMaxTokens> ends;       ///< in characters, with the sign
    std::array<std::uint32_t, kMaxTokens> byte_ends;  ///< without it; where a token shows its text
    std::array<bool, kMaxTokens> show_texts;
    std::size_t count = 0;  ///< more than kMaxTokens: there is no room
    bool any_text = false;  ///< one shows its text

    void add(std::uint32_t id, std::uint32_t end, bool shows_text) {
      if (count < kMaxTokens) {
        ids[count] = id;
        ends[count] = end;
        byte_ends[count] = 0;
        show_texts[count] = shows_text;
      }
      any_text |= shows_text;
      ++count;
    }
    void clear() {
      count = 0;
      any_text = false;
    }
  };

  /// The entry of a short word, or null.
  [[nodiscard]] const WordCache::Entry* find(const ShortWord& word, std::uint32_t owner) const {
    return short_.find(word, owner);
  }

  /// Of a longer one, of at most kMaxBytes: its ids, then as many End; or
  /// nothing.
  [[nodiscard]] std::span<const std::uint32_t> find(std::string_view word,
                                                    std::uint32_t owner) const {
    return LongPieceCache::get().find(owner, word, short_.hash_long(word));
  }

  void keep(const ShortWord& word, std::uint32_t owner, const Tokens& tokens) {
    if (tokens.count > WordCache::kMaxTokens) {
      return;
    }
    WordCache::Entry& entry = short_.add(word, owner);
    entry.count = static_cast<std::uint8_t>(tokens.count);
    for (std::size_t i = 0; i < tokens.count; ++i) {
      entry.ids[i] = tokens.ids[i];
      entry.ends[i] = static_cast<std::uint8_t>(tokens.ends[i]);
      entry.unknown |= static_cast<std::uint8_t>((tokens.show_texts[i] ? 1U : 0U) << i);
    }
  }

  /// Whether a longer one came before. Those that do not are not to be kept:
  /// many are lines, which never come again and need not push others out of the
  /// processor's caches. Of words that share a place it is the last one.
  [[nodiscard]] bool is_second(std::string_view word) {
    const std::uint64_t hash = short_.hash_long(word);
    std::uint16_t& last = once_[hash % once_.size()];
    const auto tag = static_cast<std::uint16_t>((hash >> 16U) | 1U);
    const bool is_known = last == tag;
    last = tag;
    return is_known;
  }

  void keep(std::string_view word, std::uint32_t owner, const Tokens& tokens) {
    if (tokens.count > kMaxTokens) {
      return;
    }
    std::array<std::uint32_t, 2 * kMaxTokens> known;  // NOLINT: written before it is read
    std::copy_n(tokens.ids.data(), tokens.count, known.data());
    for (std::size_t i = 0; i < tokens.count; ++i) {
      known[tokens.count + i] =
          End::make(tokens.ends[i], tokens.byte_ends[i], tokens.show_texts[i]);
    }
    LongPieceCache::get().add(owner, word, short_.hash_long(word),
                              std::span(known).first(2 * tokens.count));
  }

 private:
  WordCache short_;
  std::array<std::uint16_t, std::size_t{1} << 15U> once_{};
};

}  // namespace onnxformers::tokenizers
