#include "tokenizers/pre_tokenizers/split.h"

namespace onnxformers::tokenizers {

std::unique_ptr<PreTokenizer> Split::from_json(const Field& field) {
  return std::make_unique<Split>(Pattern::from_json(field.member("pattern")),
                                 read_split_behavior(field.member("behavior")),
                                 field.bool_or("invert", false));
}

Split::Split(Pattern pattern, SplitBehavior behavior, bool invert)
    : pattern_(std::move(pattern)),
      scanner_(pattern_.is_regex() ? scanners::find(pattern_.source()) : nullptr),
      behavior_(behavior),
      invert_(invert) {}

void Split::split(PreTokenizedText& text) const {
  text.next.clear();
  PieceCutter cutter(behavior_, text.next);
  for (const Piece& piece : text.pieces) {
    if (scanner_ != nullptr) {
      scan(text.text.text(), piece, cutter);
    } else {
      search(text.text.text(), piece, cutter);
    }
    cutter.finish();
  }
  text.pieces.swap(text.next);
}

void Split::scan(std::string_view text, const Piece& piece, PieceCutter& cutter) const {
  const std::string_view part = text.substr(piece.begin, piece.end - piece.begin);
  for (std::size_t begin = 0; begin < part.size();) {
    const scanners::Found found = scanner_->next(part, begin);
    cutter.add({.begin = piece.begin + static_cast<std::uint32_t>(begin),
                .end = piece.begin + static_cast<std::uint32_t>(found.end)},
               found.is_match != invert_);
    begin = found.end;
  }
}

void Split::search(std::string_view text, const Piece& piece, PieceCutter& cutter) const {
  static thread_local std::vector<Pattern::Match> matches;
  matches.clear();
  pattern_.find_all(text.substr(piece.begin, piece.end - piece.begin), matches);
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
}

}  // namespace onnxformers::tokenizers
