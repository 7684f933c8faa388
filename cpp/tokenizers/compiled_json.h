#pragma once

#include <string>

#include "base/json.h"

namespace onnxformers::tokenizers {

/// tokenizer.json without what the tables of a compiled form hold: the model's tokens and merges
/// and the normalizers' maps of characters are empty. @param root an object.
[[nodiscard]] std::string without_tables(json::Value root);

}  // namespace onnxformers::tokenizers
