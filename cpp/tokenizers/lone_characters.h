#pragma once

namespace onnxformers::tokenizers {

/// Whether a character neither joins its neighbours in a grapheme cluster nor composes with them,
/// as long as they are of this kind, too: between two of them a text can be cut, and its parts be
/// normalised by themselves. False for some of which it would be true: marks, jamo, Indic scripts
/// with conjuncts, flags and the like, and the carriage return.
///
/// Source: Unicode Standard Annexes 15 and 29, for versions 9 to 17.
[[nodiscard]] bool is_lone(char32_t code) noexcept;

}  // namespace onnxformers::tokenizers
