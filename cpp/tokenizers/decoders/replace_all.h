#pragma once

#include <string>
#include <string_view>

namespace onnxformers::tokenizers {

/// Every occurrence of `from`, from the left and without overlap, becomes `to`. An empty `from` is
/// found before every character and at the end. O(n + m): what is kept moves once.
void replace_all(std::string& text, std::string_view from, std::string_view to);

}  // namespace onnxformers::tokenizers
