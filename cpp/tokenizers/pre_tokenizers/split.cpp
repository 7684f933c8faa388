#include "tokenizers/pre_tokenizers/split.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PreTokenizer> Split::from_json(const Field& field) {
  return std::make_unique<Split>(Pattern::from_json(field.member("pattern")),
                                 read_split_behavior(field.member("behavior")),
                                 field.bool_or("invert", false));
}

void Split::split(PreTokenizedText& text) const {
  static thread_local std::vector<Pattern::Match> matches;
  const std::string_view all = text.text.text();
  text.next.clear();
  PieceCutter cutter(behavior_, text.next);
  for (const Piece& piece : text.pieces) {
    matches.clear();
    pattern_.find_all(all.substr(piece.begin, piece.end - piece.begin), matches);
    std::uint32_t begin = piece.begin;
    for (const Pattern::Match& match : matches) {
      const auto match_begin = piece.begin + static_cast<std::uint32_t>(match.begin);
      const auto match_end = piece.begin + static_cast<std::uint32_t>(match.end);
      if (begin < match_begin) {
        cutter.add({.begin = begin, .end = match_begin}, invert_);
      }
      cutter.add({.begin = match_begin, .end = match_end}, !invert_);
      begin = match_end;
    }
    if (begin < piece.end) {
      cutter.add({.begin = begin, .end = piece.end}, invert_);
    }
    cutter.finish();
  }
  text.pieces.swap(text.next);
}

}  // namespace onnxformers::tokenizers
