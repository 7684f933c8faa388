#pragma once

#include <cstddef>

#include "base/utf8.h"
#include "tokenizers/normalized_text.h"

namespace onnxformers::tokenizers {

/// Rewrites a text from front to back while characters of the old text are taken one after the
/// other: what is put takes its origin from where that has come to, not from what it was made of.
/// With some normalizers (Precompiled) the two come apart, and offsets follow the reference in
/// that.
///
/// Source: NormalizedString::transform of Hugging Face tokenizers.
class Transform {
 public:
  explicit Transform(NormalizedText& text) : text_(text), source_(text.text()) {
    text_.begin_rewrite();
  }

  /// The next byte of the old text to be taken.
  [[nodiscard]] std::size_t position() const noexcept { return position_; }

  /// Goes on at a byte of the old text; where origins are kept everything before it was taken.
  void resume(std::size_t position) noexcept { position_ = position; }

  /// Takes everything up to byte `end` and puts it unchanged.
  void keep(std::size_t end) { copy(position_, end); }

  /// Puts bytes [begin, end) of the old text unchanged, each character in the place of one.
  void copy(std::size_t begin, std::size_t end) {
    if (begin == end) {
      return;
    }
    if (begin == position_ || !text_.with_origins()) {
      text_.keep(begin, end);
      position_ = end;
      last_size_ = 0;
      is_empty_ = false;
      return;
    }
    while (begin < end) {
      const auto [code, length] = utf8::decode(source_, begin);
      put(code, 0);
      begin += length;
    }
  }

  /// Puts a character. @param change 0 if it takes the place of one of the old text, -n if it takes
  ///   that of n + 1, 1 if it is new: then it shares the origin of the last one taken.
  void put(char32_t code, int change) {
    if (!text_.with_origins()) {
      text_.put(code, 0);
      return;
    }
    const std::size_t before = text_.rewritten_size();
    text_.put(code, change > 0 ? origin_before() : origin_here());
    last_size_ = change > 0 ? text_.rewritten_size() - before : 0;
    is_empty_ = false;
    take(1 - change);
  }

  /// Takes `count` characters and puts nothing: they go to the last character put, which takes the
  /// place of the first of them if it was new. Nothing is taken where nothing was put.
  void remove(int count) {
    if (is_empty_) {
      return;
    }
    if (last_size_ > 0) {
      text_.set_last_origin(last_size_, origin_here());
      last_size_ = 0;
    }
    take(count);
  }

  void finish() noexcept { text_.commit(); }

 private:
  [[nodiscard]] Origin origin_before() const {
    return position_ == 0 ? text_.front_origin() : text_.origin(position_ - 1);
  }
  /// Beyond the end, where the reference fails, the last origin is as good as any.
  [[nodiscard]] Origin origin_here() const {
    return position_ < source_.size() ? text_.origin(position_) : origin_before();
  }

  void take(int count) {
    for (; count > 0 && position_ < source_.size(); --count) {
      position_ += utf8::decode(source_, position_).length;
    }
  }

  NormalizedText& text_;
  std::string_view source_;
  std::size_t position_ = 0;
  std::size_t last_size_ = 0;  // bytes of the last character put, if it was new
  bool is_empty_ = true;       // nothing was put
};

}  // namespace onnxformers::tokenizers
