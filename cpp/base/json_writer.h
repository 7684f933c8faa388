#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace onnxformers::json {

/// Appends a text as a JSON string, quotes included.
/// @param text well-formed UTF-8.
void append_string(std::string& out, std::string_view text);

/// Appends a value as JSON without spaces; parsing it gives the same value again, numbers to the
/// bit. Keys come in their order, repeated ones too.
void append_value(std::string& out, Value value);

}  // namespace onnxformers::json
