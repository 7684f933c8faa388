#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

#include "tokenizers/models/bpe_merges.h"
#include "tokenizers/tokens.h"

namespace onnxformers::tokenizers {

/// A token and how many characters it spans in one number: what threads keep of a part of a text.
class SpannedToken {
 public:
  static constexpr std::uint32_t kMostCharacters = 511;

  [[nodiscard]] static constexpr std::uint32_t make(std::uint32_t id,
                                                    std::uint32_t characters) noexcept {
    return id | characters << kIdBits;
  }
  /// Such a one that the next one has the same character as: a byte of one, but not the last.
  [[nodiscard]] static constexpr std::uint32_t make_byte(std::uint32_t id) noexcept {
    return make(id, 1) | kStays;
  }
  /// What the first token of a word has besides.
  static constexpr std::uint32_t kBeginsWord = 0x40000000U;

  explicit constexpr SpannedToken(std::uint32_t number) noexcept : number_(number) {}

  [[nodiscard]] std::uint32_t id() const noexcept { return number_ & ((1U << kIdBits) - 1); }
  [[nodiscard]] std::uint32_t characters() const noexcept {
    return number_ >> kIdBits & kMostCharacters;
  }
  /// How many characters further the next one begins.
  [[nodiscard]] std::uint32_t step() const noexcept {
    return (number_ & kStays) != 0 ? 0 : characters();
  }
  [[nodiscard]] bool begins_word() const noexcept { return (number_ & kBeginsWord) != 0; }

 private:
  static constexpr unsigned kIdBits = BpeMerges::kBits;
  static constexpr std::uint32_t kStays = 0x80000000U;
  static_assert(kMostCharacters << kIdBits < kBeginsWord);

  std::uint32_t number_;
};

/// SpannedTokens on their way to the vectors they belong in: appending many at once is cheaper, and
/// so is working out where they lie. Without offsets only ids are written.
template <bool kWithOffsets>
class WaitingTokens {
 public:
  /// @param character index of the first one. @param word that of the token before the first one.
  WaitingTokens(std::vector<std::uint32_t>& ids, Tokens* tokens, std::uint32_t character,
                std::uint32_t word)
      : to_ids_(ids), tokens_(tokens), character_(character), word_(word) {}

  /// With those that were appended before.
  [[nodiscard]] std::size_t size() const noexcept { return to_ids_.size() + waiting_; }
  /// That of the last token that does not wait any more.
  [[nodiscard]] std::uint32_t word() const noexcept { return word_; }

  void put(std::uint32_t number) {
    if (waiting_ == kMost) [[unlikely]] {
      flush();
    }
    numbers_[waiting_++] = number;
  }
  /// The same for `count` of them in memory of a multiple of kBlock: most are copied without a look
  /// at how many there are.
  template <std::size_t kBlock>
  void put_blocks(const std::uint32_t* numbers, std::size_t count) {
    if (waiting_ + count + kBlock > kMost) [[unlikely]] {
      flush();
    }
    for (std::size_t i = 0; i < count; i += kBlock) {
      std::memcpy(numbers_.data() + waiting_ + i, numbers + i, kBlock * sizeof(std::uint32_t));
    }
    waiting_ += count;
  }

  void flush() {
    if constexpr (kWithOffsets) {
      for (std::size_t i = 0; i < waiting_; ++i) {
        const SpannedToken token(numbers_[i]);
        spans_[i] = {.begin = character_, .end = character_ + token.characters()};
        character_ += token.step();
        word_ += token.begins_word() ? 1 : 0;
        words_[i] = word_;
      }
      append(tokens_->spans, spans_);
      append(tokens_->words, words_);
    }
    for (std::size_t i = 0; i < waiting_; ++i) {
      numbers_[i] = SpannedToken(numbers_[i]).id();
    }
    append(to_ids_, numbers_);
    waiting_ = 0;
  }

 private:
  static constexpr std::size_t kMost = 1024;

  template <typename T>
  void append(std::vector<T>& to, const std::array<T, kMost>& from) {
    to.insert(to.end(), from.data(), from.data() + waiting_);
  }

  std::vector<std::uint32_t>& to_ids_;
  Tokens* tokens_;           // only with offsets
  std::uint32_t character_;  // index of the first one of the tokens that wait
  std::uint32_t word_;       // of the token before them
  std::size_t waiting_ = 0;
  // Written before they are read.
  std::array<std::uint32_t, kMost> numbers_;
  std::array<CharacterSpan, kMost> spans_;
  std::array<std::uint32_t, kMost> words_;
};

}  // namespace onnxformers::tokenizers
