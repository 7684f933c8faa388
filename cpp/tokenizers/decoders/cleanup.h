#pragma once

#include <string>
#include <string_view>

namespace onnxformers::tokenizers {

/// Undoes English spacing before punctuation and contractions: a list of replacements, one after
/// the other over the whole text. O(n).
///
/// Source: the cleanup of decoders.WordPiece and decoders.CTC of Hugging Face tokenizers.
void clean_up_spaces(std::string& text);

/// False where clean_up_spaces() would leave a text as it is, which is told from a glance. With
/// `space_before` a space stands before the text.
[[nodiscard]] bool may_need_cleanup(std::string_view text, bool space_before) noexcept;

}  // namespace onnxformers::tokenizers
