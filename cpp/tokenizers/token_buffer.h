#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "tokenizers/tokens.h"

namespace onnxformers::tokenizers {

/// The tokens of a text on their way to the vectors they belong in: appending many at once is
/// cheaper. Without offsets only ids are written, and nothing else is kept track of.
/// @tparam kMostWaiting how many are appended at once at most.
template <bool kWithOffsets, std::size_t kMostWaiting = 256>
class TokenBuffer {
 public:
  struct Target {
    std::vector<std::uint32_t>* ids;
    Tokens* tokens;            ///< with offsets; `ids` are its own
    std::uint32_t* next_word;  ///< with offsets
  };

  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): tokens are written before they are read
  explicit TokenBuffer(const Target& target)
      : target_(target),
        ids_before_(target.ids->size()),
        texts_before_(kWithOffsets ? target.tokens->texts.size() : 0),
        next_word_(kWithOffsets ? *target.next_word : 0) {}

  /// With those that were appended before.
  [[nodiscard]] std::size_t size() const { return target_.ids->size() + waiting_; }

  /// Makes room for so many tokens, at most kMostWaiting.
  void reserve(std::size_t tokens) {
    if (waiting_ + tokens > kMostWaiting) [[unlikely]] {
      flush();
    }
  }

  void put(std::uint32_t id, CharacterSpan span) {
    reserve(1);
    put_reserved(id, span);
  }
  /// The same where there is room.
  void put_reserved(std::uint32_t id, CharacterSpan span) {
    ids_[waiting_] = id;
    if constexpr (kWithOffsets) {
      spans_[waiting_] = span;
      words_[waiting_] = next_word_;
    }
    ++waiting_;
  }

  void end_word() { ++next_word_; }

  void finish() {
    flush();
    if constexpr (kWithOffsets) {
      *target_.next_word = next_word_;
    }
  }

  /// Takes back the tokens from one on, none of which has a text of its own.
  void cut(std::size_t size) {
    if (size >= target_.ids->size()) {
      waiting_ = size - target_.ids->size();
      return;
    }
    waiting_ = 0;
    target_.ids->resize(size);
    if constexpr (kWithOffsets) {
      target_.tokens->spans.resize(size);
      target_.tokens->words.resize(size);
    }
  }

  /// Takes back what was written.
  void undo() {
    cut(ids_before_);
    if constexpr (kWithOffsets) {
      target_.tokens->texts.cut(texts_before_);
    }
  }

 protected:
  /// Where tokens are to be written.
  struct Places {
    std::uint32_t* ids;
    CharacterSpan* spans;
    std::uint32_t* words;
  };

  /// Adds tokens for the caller to write, at most kMostWaiting.
  Places add(std::size_t count) {
    reserve(count);
    const std::size_t at = waiting_;
    waiting_ += count;
    return {.ids = &ids_[at], .spans = &spans_[at], .words = &words_[at]};
  }
  /// Takes the last of them back.
  void take_back(std::size_t count) { waiting_ -= count; }

  [[nodiscard]] std::uint32_t word() const { return next_word_; }
  [[nodiscard]] TokenTexts& texts() { return target_.tokens->texts; }

 private:
  void flush() {
    const auto append = [this](auto& to, const auto& from) {
      to.insert(to.end(), from.data(), from.data() + waiting_);
    };
    append(*target_.ids, ids_);
    if constexpr (kWithOffsets) {
      append(target_.tokens->spans, spans_);
      append(target_.tokens->words, words_);
    }
    waiting_ = 0;
  }

  Target target_;
  std::size_t ids_before_;
  std::size_t texts_before_;
  std::uint32_t next_word_;
  std::size_t waiting_ = 0;
  std::array<std::uint32_t, kMostWaiting> ids_;
  std::array<CharacterSpan, kMostWaiting> spans_;
  std::array<std::uint32_t, kMostWaiting> words_;
};

}  // namespace onnxformers::tokenizers
