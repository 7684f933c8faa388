#pragma once

#include <string>
#include <utility>

#include "base/json.h"
#include "tokenizers/field.h"

namespace onnxformers::tokenizers {

/// A JSON text and the field at its root, as components get it; named "part" in messages.
struct Parsed {
  explicit Parsed(std::string text)
      : document(json::Document::parse(std::move(text))), field(document.root(), "part") {}

  json::Document document;
  Field field;
};

}  // namespace onnxformers::tokenizers
