#include "tokenizers/field.h"

#include "base/errors.h"
#include "base/utf8.h"

namespace onnxformers::tokenizers {

namespace {

std::string_view type_name(json::Type type) {
  switch (type) {
    case json::Type::Null:
      return "null";
    case json::Type::Bool:
      return "bool";
    case json::Type::Integer:
      return "integer";
    case json::Type::Number:
      return "number";
    case json::Type::String:
      return "string";
    case json::Type::Array:
      return "array";
    case json::Type::Object:
      return "object";
  }
  return "unknown";
}

bool is_plain(std::string_view key) {
  return !key.empty() &&
         key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_") ==
             std::string_view::npos;
}

std::string member_path(const std::string& path, std::string_view key) {
  if (!is_plain(key)) {
    return path + "[\"" + shortened(key) + "\"]";
  }
  return path.empty() ? std::string(key) : path + "." + std::string(key);
}

}  // namespace

std::string shortened(std::string_view text) {
  constexpr std::size_t kLongest = 60;
  if (text.size() <= kLongest) {
    return std::string(text);
  }
  std::size_t end = kLongest;
  while (end > 0 && utf8::is_continuation(text[end])) {
    --end;
  }
  return std::string(text.substr(0, end)) + "...";
}

void Field::fail(std::string_view what) const {
  const std::string place = path_.empty() ? std::string("the file") : path_;
  onnxformers::fail(ErrorKind::FileFormat, "tokenizer.json", place + ": " + std::string(what));
}

const Field& Field::expect(json::Type type) const {
  if (value_.type() != type) {
    const std::string_view expected = type_name(type);
    const bool vowel = std::string_view("aio").find(expected.front()) != std::string_view::npos;
    fail((vowel ? "expected an " : "expected a ") + std::string(expected) + ", got " +
         std::string(type_name(value_.type())));
  }
  return *this;
}

Field Field::member(std::string_view key) const {
  (void)expect(json::Type::Object);
  const auto found = value_.find(key);
  if (!found) {
    fail("the field \"" + std::string(key) + "\" is missing");
  }
  return Field(*found, member_path(path_, key));
}

std::optional<Field> Field::find(std::string_view key) const {
  (void)expect(json::Type::Object);
  const auto found = value_.find(key);
  if (!found || found->is_null()) {
    return std::nullopt;
  }
  return Field(*found, member_path(path_, key));
}

Field Field::member(std::size_t index) const {
  return Field(value_.member(index), member_path(path_, value_.key(index)));
}

Field Field::element(std::size_t index) const {
  return Field(value_.element(index), path_ + "[" + std::to_string(index) + "]");
}

std::string_view Field::as_string() const {
  return expect(json::Type::String).value_.as_string(path_);
}

char32_t Field::as_character() const {
  const std::string_view text = as_string();
  if (!text.empty()) {
    const auto [code, length] = utf8::decode(text, 0);
    if (length == text.size()) {
      return code;
    }
  }
  fail("must be one character, is \"" + shortened(text) + "\"");
}

bool Field::as_bool() const { return expect(json::Type::Bool).value_.as_bool(path_); }

std::int64_t Field::as_integer(std::int64_t low, std::int64_t high) const {
  const std::int64_t value = expect(json::Type::Integer).value_.as_integer(path_);
  if (value < low || value > high) {
    fail("expected an integer from " + std::to_string(low) + " to " + std::to_string(high) +
         ", got " + std::to_string(value));
  }
  return value;
}

std::uint32_t Field::as_token_id() const {
  return static_cast<std::uint32_t>(as_integer(0, kMaxTokenId - 1));
}

bool Field::bool_or(std::string_view key, bool otherwise) const {
  (void)expect(json::Type::Object);
  const auto found = value_.find(key);
  if (!found || found->is_null()) {
    return otherwise;
  }
  // The path is only put together for the message: files have thousands of flags.
  return found->type() == json::Type::Bool ? found->as_bool(path_)
                                           : Field(*found, member_path(path_, key)).as_bool();
}

std::string Field::string_or(std::string_view key, std::string_view otherwise) const {
  const auto field = find(key);
  return std::string(field ? field->as_string() : otherwise);
}

void fail_unknown_type(const Field& field, std::string_view type,
                       std::span<const std::string_view> known) {
  std::string message = "unknown type '" + shortened(type) + "'; known: ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    message.append(i == 0 ? "" : ", ").append(known[i]);
  }
  field.fail(message);
}

}  // namespace onnxformers::tokenizers
