#pragma once

#include <string>

#include "tokenizers/normalized_text.h"

namespace onnxformers::tokenizers {

/// NFD, Hangul and reordering of marks included. Origins go as in the reference: of the characters
/// of one decomposition the first takes the next original character, the others stay with it.
void decompose_canonically(NormalizedText& text);

/// Appends the canonical decomposition of one code point (itself if it has none), Hangul included.
void append_decomposition(std::u32string& out, char32_t code);

}  // namespace onnxformers::tokenizers
