#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "tokenizers/field.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::tokenizers {

/// What becomes of the delimiters between pieces.
enum class SplitBehavior : std::uint8_t {
  Removed,
  Isolated,            ///< a piece each
  MergedWithPrevious,  ///< at the end of the piece before; a delimiter after another stands alone
  MergedWithNext,      ///< at the beginning of the piece after; one before another stands alone
  Contiguous,          ///< a piece for all in a row
};

/// Reads the name of one; fails with ErrorKind::FileFormat.
[[nodiscard]] SplitBehavior read_split_behavior(const Field& field);

/// Makes pieces of the parts of one piece: delimiters and what lies between. Constant time for
/// each part.
///
/// Source: NormalizedString::split of Hugging Face tokenizers.
class PieceCutter {
 public:
  /// @param pieces what is kept is appended here, unless it is empty.
  PieceCutter(SplitBehavior behavior, std::vector<Piece>& pieces)
      : behavior_(behavior), pieces_(pieces) {}

  /// Takes the parts of a piece in order, without gaps; a delimiter may be empty.
  void add(Piece part, bool is_delimiter);

  /// After the last part of a piece.
  void finish();

 private:
  [[nodiscard]] bool joins(bool is_delimiter) const noexcept;
  void keep(const Piece& piece) {
    if (piece.begin < piece.end) {
      pieces_.push_back(piece);
    }
  }

  SplitBehavior behavior_;
  std::vector<Piece>& pieces_;
  Piece open_{.begin = 0, .end = 0};  // the last one, which the next part may join
  bool has_open_ = false;
  bool open_is_delimiter_ = false;
};

/// Splits every piece at the characters for which `is_delimiter` is true.
template <typename Predicate>
void split_at_characters(PreTokenizedText& text, SplitBehavior behavior, Predicate is_delimiter) {
  const std::string_view all = text.text.text();
  text.next.clear();
  PieceCutter cutter(behavior, text.next);
  for (const Piece& piece : text.pieces) {
    std::uint32_t begin = piece.begin;
    for (std::uint32_t i = piece.begin; i < piece.end;) {
      const auto [code, length] = utf8::decode(all, i);
      const std::uint32_t after = i + length;
      if (is_delimiter(code)) {
        if (begin < i) {
          cutter.add({.begin = begin, .end = i}, false);
        }
        cutter.add({.begin = i, .end = after}, true);
        begin = after;
      }
      i = after;
    }
    if (begin < piece.end) {
      cutter.add({.begin = begin, .end = piece.end}, false);
    }
    cutter.finish();
  }
  text.pieces.swap(text.next);
}

}  // namespace onnxformers::tokenizers
