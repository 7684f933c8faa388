#pragma once

#include <string>
#include <string_view>

namespace onnxformers::tokenizers {

/// The "model" of a tokenizer.json that does what the ranks of a .tiktoken file do: byte-level BPE
/// whose merges are all ways to make a token out of two others, in the order of the ranks. Fails
/// with ErrorKind::FileFormat for what is no such file.
///
/// Source: tiktoken's load.py for the format; TikTokenConverter of Python transformers 4.46.3.
[[nodiscard]] std::string tiktoken_model_json(std::string_view file);

}  // namespace onnxformers::tokenizers
