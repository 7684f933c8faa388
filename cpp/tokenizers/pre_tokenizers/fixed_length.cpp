#include "tokenizers/pre_tokenizers/fixed_length.h"

#include <limits>

#include "base/utf8.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PreTokenizer> FixedLength::from_json(const Field& field) {
  constexpr std::int64_t kDefault = 5;
  const auto length = field.find("length");
  return std::make_unique<FixedLength>(
      length ? length->as_integer(1, std::numeric_limits<std::int64_t>::max()) : kDefault);
}

void FixedLength::split(PreTokenizedText& text) const {
  const std::string_view all = text.text.text();
  text.next.clear();
  for (const Piece& piece : text.pieces) {
    std::uint32_t begin = piece.begin;
    std::int64_t count = 0;
    for (std::uint32_t i = piece.begin; i < piece.end; i += utf8::decode(all, i).length) {
      if (count == length_) {
        text.next.push_back({.begin = begin, .end = i});
        begin = i;
        count = 0;
      }
      ++count;
    }
    text.next.push_back({.begin = begin, .end = piece.end});
  }
  text.pieces.swap(text.next);
}

}  // namespace onnxformers::tokenizers
