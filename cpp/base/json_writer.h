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

/// Appends an array whose elements `append(out, element)` writes.
template <typename Append>
void append_array(std::string& out, Value array, const Append& append) {
  out.push_back('[');
  for (std::size_t i = 0; i < array.size(); ++i) {
    out.append(i > 0 ? "," : "");
    append(out, array.element(i));
  }
  out.push_back(']');
}

/// Appends an object whose values `append(out, key, value)` writes.
template <typename Append>
void append_object(std::string& out, Value object, const Append& append) {
  out.push_back('{');
  for (std::size_t i = 0; i < object.size(); ++i) {
    out.append(i > 0 ? "," : "");
    append_string(out, object.key(i));
    out.push_back(':');
    append(out, object.key(i), object.member(i));
  }
  out.push_back('}');
}

}  // namespace onnxformers::json
