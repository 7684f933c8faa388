#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "tokenizers/pre_tokenizers/pre_tokenizer.h"

namespace onnxformers::check {

/// The pieces that a pre-tokenizer, given as JSON, makes of a text, each with where it comes from:
/// "ab 0-2|c 3-4|".
inline std::string pieces_of(const std::string& section, std::string_view text,
                             std::uint32_t first_character = 0) {
  const auto document = json::Document::parse(section);
  const auto stage = tokenizers::make_pre_tokenizer(tokenizers::Field(document.root()));
  tokenizers::PreTokenizedText split;
  split.text.reset(text, first_character, true);
  split.reset_pieces();
  stage->split(split);
  std::string joined;
  for (const tokenizers::Piece& piece : split.pieces) {
    joined.append(split.text.text().substr(piece.begin, piece.end - piece.begin));
    joined.append(" ");
    joined.append(std::to_string(tokenizers::origin_begin(split.text.origin(piece.begin))));
    joined.append("-");
    joined.append(std::to_string(tokenizers::origin_end(split.text.origin(piece.end - 1))));
    joined.append("|");
  }
  return joined;
}

}  // namespace onnxformers::check
