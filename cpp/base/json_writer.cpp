#include "base/json_writer.h"

#include <array>
#include <charconv>

namespace onnxformers::json {

namespace {

constexpr std::string_view kPlace = "json";

void append_escape(std::string& out, unsigned char byte) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out.append("\\u00");
  out.push_back(kHex[byte >> 4U]);
  out.push_back(kHex[byte & 0xFU]);
}

/// The shortest text that reads as the same number.
template <typename Number>
std::string shortest(Number number) {
  std::array<char, 32> digits{};
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

void append_double(std::string& out, double number) {
  const std::string text = shortest(number);
  out.append(text);
  // Without it the number would be an integer.
  out.append(text.find_first_of(".e") == std::string::npos ? ".0" : "");
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  constexpr unsigned char kFirstPlain = 0x20;
  out.push_back('"');
  for (const char c : text) {
    if (static_cast<unsigned char>(c) < kFirstPlain) {
      append_escape(out, static_cast<unsigned char>(c));
      continue;
    }
    if (c == '"' || c == '\\') {
      out.push_back('\\');
    }
    out.push_back(c);
  }
  out.push_back('"');
}

// As deep as the document, whose depth is bounded.
void append_value(std::string& out, Value value) {
  switch (value.type()) {
    case Type::Null:
      out.append("null");
      break;
    case Type::Bool:
      out.append(value.as_bool(kPlace) ? "true" : "false");
      break;
    case Type::Integer:
      out.append(shortest(value.as_integer(kPlace)));
      break;
    case Type::Number:
      append_double(out, value.as_number(kPlace));
      break;
    case Type::String:
      append_string(out, value.as_string(kPlace));
      break;
    case Type::Array:
      append_array(out, value, append_value);
      break;
    case Type::Object:
      append_object(out, value, [](std::string& to, std::string_view, Value member) {
        append_value(to, member);
      });
      break;
  }
}

}  // namespace onnxformers::json
