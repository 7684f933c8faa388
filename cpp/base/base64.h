#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace onnxformers::base64 {

/// Decodes standard base64 with its padding; nothing for anything else (blanks, wrong padding, bits
/// left over). O(n). Source: RFC 4648, section 4.
[[nodiscard]] std::optional<std::string> decode(std::string_view text);

}  // namespace onnxformers::base64
