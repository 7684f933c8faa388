#pragma once

// The loop of SentencePieceBpePipeline; included by sentencepiece_bpe_pipeline.cpp only.

#include <algorithm>
#include <string>

#include "base/utf8.h"
#include "tokenizers/piece_cache.h"
#include "tokenizers/sentencepiece_bpe_pipeline.h"

namespace onnxformers::tokenizers {

/// One pass over one text. Without offsets only ids are written.
template <bool kWithOffsets>
class SentencePieceBpePipeline::Pass {
 public:
  struct Output {
    std::vector<std::uint32_t>* ids;
    Tokens* tokens;  ///< only with offsets
    std::uint32_t* next_word;
  };

  Pass(const SentencePieceBpePipeline& pipeline, const Input& input, const Output& output)
      : pipeline_(pipeline),
        input_(input),
        text_(input.text),
        ids_(*output.ids),
        output_(output),
        character_(input.first_character) {}

  /// False if the text has a "▁", which is also what spaces become.
  [[nodiscard]] bool run() {
    std::size_t begin = 0;
    if (pipeline_.needs_space(input_)) {
      begin = pipeline_.part_end(text_, 0);
      if (!put_first(begin)) {
        return false;
      }
    }
    while (begin < text_.size() && ids_.size() < input_.limit) {
      const std::size_t end = pipeline_.part_end(text_, begin);
      if (!put_part(text_.substr(begin, end - begin), text_.size() - begin)) {
        return false;
      }
      begin = end;
    }
    if (!pipeline_.layout_.splits) {
      ++*output_.next_word;
    }
    return true;
  }

 private:
  /// The part up to `end` with a space before it, which stands for the first character.
  [[nodiscard]] bool put_first(std::size_t end) {
    static thread_local std::string buffer;
    constexpr std::size_t kKeptBytes = std::size_t{1} << 20U;
    buffer.assign(1, ' ').append(text_.substr(0, end));
    invented_ = 1;
    const bool done = put_part(buffer, buffer.size());
    if (buffer.capacity() > kKeptBytes) {
      buffer = {};
    }
    return done;
  }

  /// @param readable how many bytes may be read from the first one on.
  [[nodiscard]] bool put_part(std::string_view part, std::size_t readable) {
    const bool done = ShortPiece::fits(part) ? put_short(part, readable) : put_long(part);
    if (pipeline_.layout_.splits) {
      ++*output_.next_word;
    }
    return done;
  }

  [[nodiscard]] bool put_short(std::string_view part, std::size_t readable) {
    const ShortPiece word = readable >= ShortPiece::kMaxBytes
                                ? ShortPiece::load(part.data(), part.size())
                                : ShortPiece::load(part);
    const std::uint64_t hash = pipeline_.wholes_.hash(word);
    const std::uint32_t whole = pipeline_.wholes_.find(word, hash);
    const std::size_t before = ids_.size();
    if (whole != PieceTable::kNone) [[likely]] {
      ids_.push_back(whole);
      put_spans(part, 0, before);
      return true;
    }
    return put_kept(cache_, word, hash, part);
  }

  [[nodiscard]] bool put_long(std::string_view part) {
    if (part.size() > LongPieceCache::kMaxBytes) {
      return put_tokens(part).has_value();
    }
    return put_kept(LongPieceCache::get(), part, pipeline_.wholes_.hash_long(part), part);
  }

  /// From the cache, or merged and kept in it. @param key what the cache knows the part by.
  template <typename Cache, typename Key>
  [[nodiscard]] bool put_kept(Cache& cache, const Key& key, std::uint64_t hash,
                              std::string_view part) {
    const std::size_t before = ids_.size();
    const auto found = cache.find(owner(), key, hash);
    if (!found.empty()) {
      ids_.insert(ids_.end(), found.begin(), found.end());
      put_spans(part, 0, before);
      return true;
    }
    const auto is_plain = put_tokens(part);
    const auto tokens = std::span(ids_).subspan(before);
    if (may_keep(is_plain) && tokens.size() <= Cache::kMaxTokens) {
      cache.add(owner(), key, hash, tokens);
    }
    return is_plain.has_value();
  }

  /// Passes without offsets keep what has no spans to be found again, too, under another number.
  [[nodiscard]] std::uint32_t owner() const noexcept {
    constexpr std::uint32_t kIdsAlone = 0x80000000U;
    return pipeline_.number_ | (kWithOffsets ? 0 : kIdsAlone);
  }
  [[nodiscard]] static bool may_keep(std::optional<bool> is_plain) noexcept {
    return is_plain.value_or(false) || (!kWithOffsets && is_plain.has_value());
  }

  /// Whether put_spans() finds the spans of these tokens; nothing where the stages have to look.
  [[nodiscard]] std::optional<bool> put_tokens(std::string_view part) {
    bool is_plain = true;
    bool after_unknown = false;
    for (std::size_t at = 0;;) {
      const std::size_t before = ids_.size();
      const std::size_t end = pipeline_.backtracker_.append_ids(part, at, ids_);
      if (end == BpeBacktracker::kStuck) {
        return std::nullopt;
      }
      put_spans(part, at, before);
      if (end == part.size()) {
        return is_plain;
      }
      after_unknown = after_unknown && ids_.size() == before;
      const std::size_t length = utf8::decode(part, end).length;
      if (part.substr(end, length) == "\xE2\x96\x81") {
        return std::nullopt;
      }
      is_plain = put_unknown(part.substr(end, length), after_unknown) && is_plain;
      after_unknown = true;
      at = end + length;
    }
  }

  /// Whether put_spans() finds its span.
  bool put_unknown(std::string_view character, bool after_unknown) {
    bool is_bytes = pipeline_.model_.options().byte_fallback;
    if (is_bytes) {
      for (const char byte : character) {
        const std::uint32_t id = pipeline_.byte_ids_[static_cast<unsigned char>(byte)];
        is_bytes = is_bytes && pipeline_.backtracker_.length(id) == 0;
        ids_.push_back(id);
        put_span(character_, character_ + 1);
      }
    } else if (after_unknown && pipeline_.model_.options().fuse_unk) {
      if constexpr (kWithOffsets) {
        ++output_.tokens->spans.back().end;
      }
    } else {
      ids_.push_back(pipeline_.unk_id_);
      put_span(character_, character_ + 1);
    }
    ++character_;
    return is_bytes;
  }

  /// The spans of the ids from `before` on, which begin at a byte of the part. What has no length
  /// is a byte of an unknown character.
  void put_spans(std::string_view part, std::size_t begin, std::size_t before) {
    if constexpr (kWithOffsets) {
      for (std::size_t i = before; i < ids_.size(); ++i) {
        const std::size_t length = pipeline_.backtracker_.length(ids_[i]);
        if (length == 0) {
          put_span(character_, character_ + 1);
          ++begin;
          character_ += begin == part.size() || begins_character(part[begin]) ? 1 : 0;
          continue;
        }
        const auto count = static_cast<std::uint32_t>(utf8::count(part.substr(begin, length)));
        const std::uint32_t end = character_ + count - invented_;
        put_span(character_, std::max(end, character_ + 1));
        character_ = end;
        invented_ = 0;
        begin += length;
      }
    }
  }

  [[nodiscard]] static bool begins_character(char byte) noexcept {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80;
  }

  void put_span(std::uint32_t begin, std::uint32_t end) {
    if constexpr (kWithOffsets) {
      output_.tokens->spans.push_back({.begin = begin, .end = end});
      output_.tokens->words.push_back(*output_.next_word);
    }
  }

  const SentencePieceBpePipeline& pipeline_;
  const Input& input_;
  std::string_view text_;
  std::vector<std::uint32_t>& ids_;
  Output output_;
  std::uint32_t character_;     // index of the next one
  std::uint32_t invented_ = 0;  // 1 where the next character is the space that was put there
  PieceCache& cache_ = PieceCache::get();
};

}  // namespace onnxformers::tokenizers
