#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tokenizers/models/bpe_merges.h"
#include "tokenizers/tokens.h"

namespace onnxformers::tokenizers {

/// A token and how many characters it spans in one number: what threads keep of a part of a text.
class SpannedToken {
 public:
  static constexpr std::uint32_t kMostCharacters = 1023;

  [[nodiscard]] static constexpr std::uint32_t make(std::uint32_t id,
                                                    std::uint32_t characters) noexcept {
    return id | characters << kIdBits;
  }
  /// Such a one that the next one has the same character as: a byte of one, but not the last.
  [[nodiscard]] static constexpr std::uint32_t make_byte(std::uint32_t id) noexcept {
    return make(id, 1) | kStays;
  }

  explicit constexpr SpannedToken(std::uint32_t number) noexcept : number_(number) {}

  [[nodiscard]] std::uint32_t id() const noexcept { return number_ & ((1U << kIdBits) - 1); }
  [[nodiscard]] std::uint32_t characters() const noexcept {
    return number_ >> kIdBits & kMostCharacters;
  }
  /// How many characters further the next one begins.
  [[nodiscard]] std::uint32_t step() const noexcept {
    return (number_ & kStays) != 0 ? 0 : characters();
  }

 private:
  static constexpr unsigned kIdBits = BpeMerges::kBits;
  static constexpr std::uint32_t kStays = 0x80000000U;
  static_assert(kMostCharacters << kIdBits < kStays);

  std::uint32_t number_;
};

/// Tokens on their way to the vectors they belong in: appending many at once is cheaper. Without
/// offsets only ids are written.
template <bool kWithOffsets>
class WaitingTokens {
 public:
  WaitingTokens(std::vector<std::uint32_t>& ids, Tokens* tokens, std::uint32_t character)
      : to_ids_(ids), tokens_(tokens), character_(character) {}

  /// With those that were appended before.
  [[nodiscard]] std::size_t size() const noexcept { return to_ids_.size() + waiting_; }

  /// A token of the next characters. @param step how many characters further the next one begins.
  void put(std::uint32_t id, std::uint32_t characters, std::uint32_t step, std::uint32_t word) {
    if (waiting_ == kMost) [[unlikely]] {
      flush();
    }
    ids_[waiting_] = id;
    if constexpr (kWithOffsets) {
      spans_[waiting_] = {.begin = character_, .end = character_ + characters};
      words_[waiting_] = word;
      character_ += step;
    }
    ++waiting_;
  }
  void put(std::span<const std::uint32_t> tokens, std::uint32_t word) {
    for (const std::uint32_t number : tokens) {
      const SpannedToken token(number);
      put(token.id(), token.characters(), token.step(), word);
    }
  }

  void flush() {
    const auto append = [this](auto& to, const auto& from) {
      to.insert(to.end(), from.data(), from.data() + waiting_);
    };
    append(to_ids_, ids_);
    if constexpr (kWithOffsets) {
      append(tokens_->spans, spans_);
      append(tokens_->words, words_);
    }
    waiting_ = 0;
  }

 private:
  static constexpr std::size_t kMost = 512;

  std::vector<std::uint32_t>& to_ids_;
  Tokens* tokens_;           // only with offsets
  std::uint32_t character_;  // index of the next one
  std::size_t waiting_ = 0;
  // Written before they are read.
  std::array<std::uint32_t, kMost> ids_;
  std::array<CharacterSpan, kMost> spans_;
  std::array<std::uint32_t, kMost> words_;
};

}  // namespace onnxformers::tokenizers
