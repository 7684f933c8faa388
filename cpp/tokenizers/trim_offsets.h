#pragma once

#include <string_view>

#include "tokenizers/tokens.h"

namespace onnxformers::tokenizers {

/// Leaves whitespace (and the byte-level sign for a space, U+0120) at the ends of a token's text
/// out of its offsets.
/// @param is_first first token of its part: with add_prefix_space its leading space was not in the
///   text and stays counted, as for every token that begins at 0.
void trim_span(CharacterSpan& span, std::string_view text, bool is_first, bool add_prefix_space);

}  // namespace onnxformers::tokenizers
