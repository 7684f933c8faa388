#include "tokenizers/compiled_json.h"

#include <string_view>

#include "base/json_writer.h"

namespace onnxformers::tokenizers {

namespace {

/// A container of the model's tokens or merges, emptied.
void append_empty(std::string& out, json::Value value) {
  out.append(value.type() == json::Type::Array ? "[]" : "{}");
}

/// The "model" of tokenizer.json without what the tables hold.
void append_small_model(std::string& out, json::Value model) {
  json::append_object(out, model, [](std::string& to, std::string_view key, json::Value member) {
    if (key == "vocab" || key == "merges") {
      append_empty(to, member);
    } else {
      json::append_value(to, member);
    }
  });
}

/// The "normalizer" of tokenizer.json, or a part of it, with empty maps of characters.
void append_small_normalizer(std::string& out, json::Value part) {
  if (part.type() == json::Type::Object) {
    json::append_object(out, part, [](std::string& to, std::string_view key, json::Value member) {
      if (key == "precompiled_charsmap") {
        to.append(R"("")");
      } else {
        append_small_normalizer(to, member);
      }
    });
  } else if (part.type() == json::Type::Array) {
    json::append_array(out, part, append_small_normalizer);
  } else {
    json::append_value(out, part);
  }
}

}  // namespace

std::string without_tables(json::Value root) {
  std::string out;
  json::append_object(out, root, [](std::string& to, std::string_view key, json::Value member) {
    if (key == "model" && member.type() == json::Type::Object) {
      append_small_model(to, member);
    } else if (key == "normalizer") {
      append_small_normalizer(to, member);
    } else {
      json::append_value(to, member);
    }
  });
  return out;
}

}  // namespace onnxformers::tokenizers
